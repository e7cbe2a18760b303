import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { connectGuarded, type ConnectPolicy } from './guarded-connector.js';
import { SendError } from './send-result.js';
import { hostOf } from './webhook-url.js';

/** Below the 5 s of Node, the shortest of the common servers; undici would follow a server's hint up to ten minutes. */
const KEEP_ALIVE_MS = 4_000;

const MAX_HEADER_BYTES = 16 * 1024;

/** One for all: with a stack for each, errors took a tenth of a connection's cost from connecting to its end. */
const GIVEN_UP = new SendError('timeout', 'the connection was given up');

/** What is known of the socket that a request was written to. */
export interface SocketFacts {
  reused: boolean;
  connectMs: number;
  remoteAddress?: string;
}

/** One undici client, hence one connection at a time to one origin, and never a second request on it at once. */
export class Connection {
  readonly bornAtMs = performance.now();
  isBusy = false;
  readonly #client: Client;
  readonly #givenUp = new AbortController();
  #requests = 0;
  #connectMs = 0;
  #socket: Socket | undefined;

  constructor(url: URL, policy: ConnectPolicy, onClosed: (connection: Connection) => void) {
    this.#client = new Client(url.origin, {
      connect: (_options, callback) => {
        this.#connect(url, policy).then((socket) => callback(null, socket), (error: Error) => callback(error, null));
      },
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The one wall clock covers these; neither would fire against an answer that drips.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => onClosed(this));
  }

  send(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(request, handler);
  }

  /** The endpoint answered without reading: a further request would wait behind what it never reads. */
  get hasUnsent(): boolean {
    return (this.#socket?.writableLength ?? 0) > 0;
  }

  /** To be asked when a request is written: undici may have reconnected before that. */
  takeFacts(): SocketFacts {
    const reused = this.#requests > 0;
    this.#requests += 1;
    const facts = { reused, connectMs: this.#connectMs };
    const remoteAddress = this.#socket?.remoteAddress;
    return remoteAddress === undefined ? facts : { remoteAddress, ...facts };
  }

  destroy(): void {
    this.#givenUp.abort(GIVEN_UP);
    void this.#client.destroy(GIVEN_UP);
  }

  async #connect(url: URL, policy: ConnectPolicy): Promise<Socket> {
    const startedAt = performance.now();
    const secure = url.protocol === 'https:';
    const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
    const socket = await connectGuarded({ host: hostOf(url), port, secure }, policy, this.#givenUp.signal);
    this.#requests = 0;
    this.#connectMs = performance.now() - startedAt;
    this.#socket = socket;
    return socket;
  }
}
