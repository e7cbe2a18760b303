import { createSecureContext, rootCertificates } from 'node:tls';
import type { AllowList } from './allow-list.js';
import { ConnectionPool } from './connection-pool.js';
import { Exchange, type ExchangeEnd } from './exchange.js';
import { reservedAmong, wireHeaders, withDefaults } from './request-headers.js';
import { systemResolver, type ResolveHost } from './resolve-host.js';
import type { FailureKind, SendResult, Timing } from './send-result.js';
import { Targets, type Target } from './targets.js';
import { WallClock } from './wall-clock.js';

export interface WebhookClientOptions {
  allow: AllowList;
  /** The wall clock of one attempt, over everything from resolving to the last byte. */
  timeoutMs?: number;
  connectTimeoutMs?: number;
  maxBodyBytes?: number;
  connectionsPerOrigin?: number;
  maxOrigins?: number;
  userAgent?: string;
  /** PEM certificates to trust besides those of Node. */
  extraCa?: string;
  /** Instead of the resolver of the machine. */
  resolve?: ResolveHost;
}

/** One attempt: `headers` are sent in this order and casing, `body` byte for byte. */
export interface SendRequest {
  url: string;
  headers: [name: string, value: string][];
  body: Buffer;
  timeoutMs?: number;
}

const defaults = {
  timeoutMs: 15_000,
  connectTimeoutMs: 5_000,
  maxBodyBytes: 16 * 1024,
  // One chat service is one origin for every webhook of its kind.
  connectionsPerOrigin: 256,
  maxOrigins: 2_000,
  userAgent: 'Buildwire/1.0',
};

/** Posts to customers' addresses: public or allow-listed ones only, HTTP/1.1, no redirects, no decoding, everything bounded. */
export class WebhookClient {
  readonly #options: typeof defaults & WebhookClientOptions;
  readonly #targets: Targets;
  readonly #pool: ConnectionPool;

  constructor(options: WebhookClientOptions) {
    this.#options = { ...defaults, ...options };
    const { allow, connectTimeoutMs, extraCa, resolve = systemResolver() } = this.#options;
    this.#targets = new Targets(allow);
    const ca = extraCa === undefined ? {} : { ca: [...rootCertificates, extraCa] };
    const secureContext = createSecureContext({ minVersion: 'TLSv1.2', ...ca });
    this.#pool = new ConnectionPool({ allow, resolve, connectTimeoutMs, secureContext }, this.#options);
  }

  /** Makes one attempt; never rejects and never throws. Headers that undici or HTTP would refuse give `invalid_request`. */
  async post(request: SendRequest): Promise<SendResult> {
    const stopwatch = new Stopwatch();
    const target = this.#targets.of(request.url);
    if ('reason' in target) return stopwatch.refused(target.kind === 'blocked' ? 'blocked_address' : 'invalid_request', target.reason);
    const reserved = reservedAmong(request.headers);
    if (reserved !== undefined) return stopwatch.refused('invalid_request', `the header ${reserved} cannot be set`);

    const wallClock = new WallClock(request.timeoutMs ?? this.#options.timeoutMs);
    const first = await this.#exchange(target, request, wallClock, false);
    const isStale = first.kind === 'failed' && first.isStale;
    const last = isStale ? await this.#exchange(target, request, wallClock, true) : first;
    wallClock.stop();
    return stopwatch.result(last, isStale);
  }

  /** The headers that `post` puts onto the wire for this request, all of them, in order and casing. */
  headersOf(request: SendRequest): [name: string, value: string][] {
    return wireHeaders(request, this.#options.userAgent);
  }

  /** How many origins have a connection now. */
  get origins(): number {
    return this.#pool.size;
  }

  /** Resolves when the attempts under way have ended and every connection is closed. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #exchange(target: Target, request: SendRequest, wallClock: WallClock, fresh: boolean): Promise<ExchangeEnd> {
    const headers = withDefaults(request.headers, this.#options.userAgent).flat();
    const exchange = new Exchange({ method: 'POST', path: target.path, headers, body: request.body }, this.#options.maxBodyBytes);
    wallClock.onExpired(() => exchange.expire());
    const lease = this.#pool.of(target).lease((connection) => exchange.runOn(connection), fresh);
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
