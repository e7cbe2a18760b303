import { Connection } from './connection.js';
import type { ConnectPolicy } from './guarded-connector.js';
import { OriginConnections } from './origin-connections.js';
import type { Target } from './targets.js';

/** The connections of a client by origin; an origin is kept only while it has one. */
export class ConnectionPool {
  /** In order of use, the longest unused first. */
  readonly #origins = new Map<string, OriginConnections>();
  #onEmpty: (() => void) | undefined;

  constructor(
    readonly policy: ConnectPolicy,
    readonly limits: { maxOrigins: number; connectionsPerOrigin: number },
  ) {}

  get size(): number {
    return this.#origins.size;
  }

  of(target: Target): OriginConnections {
    const known = this.#origins.get(target.origin);
    this.#origins.delete(target.origin);
    const connections = known ?? this.#opened(target);
    this.#origins.set(target.origin, connections);
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

  #opened({ url, origin }: Target): OriginConnections {
    this.#makeRoom();
    const connections: OriginConnections = new OriginConnections(
      this.limits.connectionsPerOrigin,
      (onClosed) => new Connection(url, this.policy, onClosed),
      () => this.#forget(origin, connections),
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

  #forget(origin: string, connections: OriginConnections): void {
    if (this.#origins.get(origin) === connections) this.#origins.delete(origin);
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#origins.size === 0) this.#onEmpty?.();
  }
}
