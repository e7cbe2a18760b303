import type { Connection } from './connection.js';
import type { SocketTally } from './socket-tally.js';

/** After this a connection is not used again, so that a changed name is resolved and vetted anew. */
const MAX_AGE_MS = 60_000;

/** A place at an origin; ended once, saying whether the connection may carry another request. */
export interface Lease {
  end(reusable: boolean): void;
}

/** The connections to one origin: at most `max`, each with one request at a time; who finds none free waits in turn. */
export class OriginConnections {
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<(connection: Connection) => void>();
  #closing = false;

  constructor(
    readonly max: number,
    readonly open: (onClosed: (connection: Connection) => void) => Connection,
    readonly onEmpty: () => void,
    readonly sockets: SocketTally,
  ) {}

  get isIdle(): boolean {
    return this.#all.size === this.#idle.length && this.#waiting.size === 0;
  }

  /** Gives a connection to `use`, now or when one is free. A `fresh` one has never carried a request. */
  lease(use: (connection: Connection) => void, fresh: boolean): Lease {
    const connection = this.#take(fresh);
    if (connection === undefined) return this.#wait(use);
    use(connection);
    return { end: (reusable) => this.#giveBack(connection, reusable) };
  }

  /** Ends the idle connections now and the others when they are given back. */
  close(): void {
    this.#closing = true;
    for (const connection of [...this.#idle]) this.#drop(connection);
  }

  #take(fresh: boolean): Connection | undefined {
    const idle = this.#idle.at(-1);
    if (idle !== undefined && fresh && this.#all.size >= this.max) this.#drop(idle, true);
    if (idle !== undefined && !fresh) {
      this.#idle.pop();
      return this.#busy(idle);
    }
    return this.#all.size < this.max ? this.#busy(this.#opened()) : undefined;
  }

  #wait(use: (connection: Connection) => void): Lease {
    let taken: Connection | undefined;
    const waiter = (connection: Connection) => {
      taken = connection;
      use(connection);
    };
    this.#waiting.add(waiter);
    return {
      end: (reusable) => {
        if (taken === undefined) this.#waiting.delete(waiter);
        else this.#giveBack(taken, reusable);
      },
    };
  }

  #giveBack(connection: Connection, reusable: boolean): void {
    connection.isBusy = false;
    const isGood = reusable && !connection.hasUnsent && performance.now() - connection.bornAtMs < MAX_AGE_MS;
    const keeps = isGood && !this.#closing && !this.sockets.isOver;
    if (keeps) this.#idle.push(connection);
    const [waiter] = this.#waiting;
    if (!keeps) this.#drop(connection, waiter !== undefined);
    if (waiter === undefined) return;

    this.#waiting.delete(waiter);
    const next = this.#take(false);
    if (next !== undefined) waiter(next);
  }

  #opened(): Connection {
    const connection = this.open((closed) => this.#closed(closed));
    this.#all.add(connection);
    this.sockets.count += 1;
    return connection;
  }

  #busy(connection: Connection): Connection {
    connection.isBusy = true;
    return connection;
  }

  // A busy one is undici's to reconnect, or its request fails and gives it back.
  #closed(connection: Connection): void {
    if (!connection.isBusy) this.#drop(connection);
  }

  #drop(connection: Connection, wanted = false): void {
    if (!this.#all.delete(connection)) return;
    this.sockets.count -= 1;
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    connection.destroy();
    if (this.#all.size === 0 && !wanted) this.onEmpty();
  }
}
