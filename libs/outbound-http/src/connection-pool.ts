import { Connection } from './connection.js';
import type { ConnectPolicy } from './guarded-connector.js';
import { OriginConnections } from './origin-connections.js';
import { SocketTally } from './socket-tally.js';
import type { Target } from './targets.js';
import type { Trust } from './trust-store.js';

/** The connections of a client by origin and trust; an origin is kept only while it has one. */
export class ConnectionPool {
  /** In order of use, the longest unused first. */
  readonly #origins = new Map<string, OriginConnections>();
  readonly #sockets: SocketTally;
  #onEmpty: (() => void) | undefined;

  constructor(
    readonly policy: Omit<ConnectPolicy, 'secureContext'>,
    readonly limits: { maxOrigins: number; connectionsPerOrigin: number; maxSockets: number },
  ) {
    this.#sockets = new SocketTally(limits.maxSockets);
  }

  get size(): number {
    return this.#origins.size;
  }

  get sockets(): number {
    return this.#sockets.count;
  }

  /** A connection made with one trust never carries a request of another. */
  of(target: Target, trust: Trust): OriginConnections {
    const key = `${target.origin} ${trust.key}`;
    const known = this.#origins.get(key);
    this.#origins.delete(key);
    const connections = known ?? this.#opened(key, target, trust);
    this.#origins.set(key, connections);
    return connections;
  }

  /** Resolves when the requests under way have ended and every connection is closed. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const connections of [...this.#origins.values()]) connections.close();
    this.#checkEmpty();
    return closed;
  }

  #opened(key: string, { url }: Target, { secureContext }: Trust): OriginConnections {
    this.#makeRoom();
    const policy = { ...this.policy, secureContext };
    const connections: OriginConnections = new OriginConnections(
      this.limits.connectionsPerOrigin,
      (onClosed) => new Connection(url, policy, onClosed),
      () => this.#forget(key, connections),
      this.#sockets,
    );
    return connections;
  }

  // Origins in use stay: their number is that of the requests under way, which the caller bounds.
  #makeRoom(): void {
    if (this.#origins.size < this.limits.maxOrigins) return;
    for (const connections of this.#origins.values()) {
      if (connections.isIdle) return connections.close();
    }
  }

  #forget(key: string, connections: OriginConnections): void {
    if (this.#origins.get(key) === connections) this.#origins.delete(key);
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#origins.size === 0) this.#onEmpty?.();
  }
}
