import type { AllowList } from './allow-list.js';
import { ConnectionPool } from './connection-pool.js';
import { Exchange, type ExchangeEnd } from './exchange.js';
import type { OriginConnections } from './origin-connections.js';
import { reservedAmong, wireHeaders, withDefaults } from './request-headers.js';
import { systemResolver, type ResolveHost } from './resolve-host.js';
import type { FailureKind, SendResult, Timing } from './send-result.js';
import { Targets, hostIn, type Target } from './targets.js';
import { TrustStore } from './trust-store.js';
import { WallClock } from './wall-clock.js';

export interface WebhookClientOptions {
  allow: AllowList;
  /** The wall clock of one attempt, over everything from resolving to the last byte. */
  timeoutMs?: number;
  connectTimeoutMs?: number;
  maxBodyBytes?: number;
  connectionsPerOrigin?: number;
  maxOrigins?: number;
  /** Open ones, busy and idle, to all origins together, beyond which none is kept. */
  maxSockets?: number;
  userAgent?: string;
  /** PEM certificates to trust besides those of Node, for everyone. */
  extraCa?: string;
  /** Instead of the resolver of the machine. */
  resolve?: ResolveHost;
}

/** One attempt: `headers` are sent in this order and casing, `body` byte for byte. */
export interface SendRequest {
  url: string;
  headers: [name: string, value: string][];
  body: Buffer;
  /** Instead of the client's, up to 30 s. */
  timeoutMs?: number;
  /** PEM certificates that the endpoint may be signed by besides the public ones. */
  ca?: string;
}

/** A larger one could only come straight from the database. */
const MAX_TIMEOUT_MS = 30_000;

const defaults = {
  timeoutMs: 15_000,
  connectTimeoutMs: 5_000,
  maxBodyBytes: 16 * 1024,
  // One chat service is one origin for every webhook of its kind.
  connectionsPerOrigin: 256,
  maxOrigins: 2_000,
  maxSockets: 4_096,
  userAgent: 'Buildwire/1.0',
};

/** Posts to customers' addresses: public or allow-listed ones only, HTTP/1.1, no redirects, no decoding, everything bounded. */
export class WebhookClient {
  readonly #options: typeof defaults & WebhookClientOptions;
  readonly #targets: Targets;
  readonly #trusts: TrustStore;
  readonly #pool: ConnectionPool;

  constructor(options: WebhookClientOptions) {
    this.#options = { ...defaults, ...options };
    const { allow, connectTimeoutMs, extraCa, resolve = systemResolver() } = this.#options;
    this.#targets = new Targets(allow);
    this.#trusts = new TrustStore(extraCa);
    this.#pool = new ConnectionPool({ allow, resolve, connectTimeoutMs }, this.#options);
  }

  /** Makes one attempt; never rejects and never throws. Headers that undici or HTTP would refuse give `invalid_request`. */
  async post(request: SendRequest): Promise<SendResult> {
    const stopwatch = new Stopwatch();
    const target = this.#targets.of(request.url);
    if ('reason' in target) return stopwatch.refused(target.kind === 'blocked' ? 'blocked_address' : 'invalid_request', target.reason);
    const reserved = reservedAmong(request.headers);
    if (reserved !== undefined) return stopwatch.refused('invalid_request', `the header ${reserved} cannot be set`);

    const trust = this.#trusts.of(request.ca);
    if ('reason' in trust) return stopwatch.refused('tls', trust.reason);

    const wallClock = new WallClock(Math.min(request.timeoutMs ?? this.#options.timeoutMs, MAX_TIMEOUT_MS));
    const send = (fresh: boolean) => this.#exchange(this.#pool.of(target, trust), target, request, wallClock, fresh);
    const first = await send(false);
    const isStale = first.kind === 'failed' && first.isStale;
    const last = isStale ? await send(true) : first;
    wallClock.stop();
    return stopwatch.result(last, isStale);
  }

  /** The headers that `post` puts onto the wire for this request, all of them, in order and casing. There is no host if the URL is none. */
  headersOf(request: SendRequest): [name: string, value: string][] {
    const target = this.#targets.of(request.url);
    return wireHeaders(request, 'host' in target ? target.host : hostIn(request.url), this.#options.userAgent);
  }

  /** How many origins have a connection now. */
  get origins(): number {
    return this.#pool.size;
  }

  /** How many connections there are now, to all of them. */
  get sockets(): number {
    return this.#pool.sockets;
  }

  /** Resolves when the attempts under way have ended and every connection is closed. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #exchange(origin: OriginConnections, { path }: Target, request: SendRequest, wallClock: WallClock, fresh: boolean): Promise<ExchangeEnd> {
    const headers = withDefaults(request.headers, this.#options.userAgent).flat();
    const exchange = new Exchange({ method: 'POST', path, headers, body: request.body }, this.#options.maxBodyBytes);
    wallClock.onExpired(() => exchange.expire());
    const lease = origin.lease((connection) => exchange.runOn(connection), fresh);
    const end = await exchange.ended;
    lease.end(end.kind === 'answered' && !end.truncated);
    return end;
  }
}

class Stopwatch {
  readonly #startedAtMs = Date.now();
  readonly #startedAt = performance.now();

  refused(failure: FailureKind, detail: string): SendResult {
    return { kind: 'failed', failure, detail, timing: this.#timing(), transportRetried: false };
  }

  result(end: ExchangeEnd, transportRetried: boolean): SendResult {
    const timing = this.#timing(end);
    if (end.kind === 'failed') {
      return { kind: 'failed', failure: end.error.failure, detail: end.error.detail, timing, transportRetried };
    }
    const { kind, statusCode, headers, body, truncated, socket } = end;
    const remote = socket?.remoteAddress === undefined ? {} : { remoteAddress: socket.remoteAddress };
    return { kind, statusCode, headers, body, truncated, timing, transportRetried, ...remote };
  }

  #timing(end?: ExchangeEnd): Timing {
    const timing: Timing = { startedAtMs: this.#startedAtMs, durationMs: performance.now() - this.#startedAt };
    if (end?.socket?.reused === false) timing.connectMs = end.socket.connectMs;
    if (end?.firstByteAt !== undefined) timing.firstByteMs = end.firstByteAt - this.#startedAt;
    return timing;
  }
}
