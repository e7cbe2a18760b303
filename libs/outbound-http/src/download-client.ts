import { createSecureContext } from 'node:tls';
import type { AllowList } from './allow-list.js';
import { Connection } from './connection.js';
import { Download, type DownloadHead } from './download.js';
import type { ConnectPolicy } from './guarded-connector.js';
import { reservedAmong, withDefaults } from './request-headers.js';
import { systemResolver, type ResolveHost } from './resolve-host.js';
import { SendError, type FailureKind } from './send-result.js';
import { WallClock } from './wall-clock.js';
import { judgeUrl } from './webhook-url.js';

/** Stores of files lead to a signed address once; more is a maze. */
const MAX_REDIRECTS = 3;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface DownloadClientOptions {
  allow: AllowList;
  /** The wall clock until the head of the answer, over every redirect. */
  headTimeoutMs?: number;
  connectTimeoutMs?: number;
  /** How long a body may be silent. */
  idleTimeoutMs?: number;
  userAgent?: string;
  /** Instead of the resolver of the machine. */
  resolve?: ResolveHost;
}

/** `headers` are sent to every hop, so they hold nothing secret. */
export interface DownloadRequest {
  method: 'GET' | 'HEAD';
  url: string;
  headers: [name: string, value: string][];
  /** Ends the download, wherever it is. */
  signal?: AbortSignal;
}

/** An answer with any status, redirects that lead somewhere excepted; or why there is none, in words for the customer. */
export type DownloadResult = ({ kind: 'opened' } & DownloadHead) | { kind: 'failed'; failure: FailureKind; detail: string };

const defaults = {
  headTimeoutMs: 15_000,
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
  userAgent: 'Buildwire/1.0',
};

/**
 * Reads from customers' addresses as a stream: public or allow-listed ones only, each redirect judged like the first address,
 * HTTP/1.1, no cookies, no credentials, no decoding. Each download has a connection of its own; the caller bounds their number.
 */
export class DownloadClient {
  readonly #options: typeof defaults & DownloadClientOptions;
  readonly #policy: ConnectPolicy;
  readonly #underWay = new Set<Download>();

  constructor(options: DownloadClientOptions) {
    this.#options = { ...defaults, ...options };
    const { allow, connectTimeoutMs, resolve = systemResolver() } = this.#options;
    this.#policy = { allow, resolve, connectTimeoutMs, secureContext: createSecureContext({ minVersion: 'TLSv1.2' }) };
  }

  /** Opens a download; never rejects. Resolves with the head of the answer; its body is then to be read or destroyed. */
  async open(request: DownloadRequest): Promise<DownloadResult> {
    const wallClock = new WallClock(this.#options.headTimeoutMs);
    try {
      return { kind: 'opened', ...(await this.#follow(request, wallClock)) };
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      return { kind: 'failed', failure: error.failure, detail: error.detail };
    } finally {
      wallClock.stop();
    }
  }

  /** How many downloads hold a connection now. */
  get size(): number {
    return this.#underWay.size;
  }

  /** Cuts every download. */
  async close(): Promise<void> {
    const all = [...this.#underWay];
    for (const download of all) download.cut(new SendError('reset', 'the download was given up'));
    await Promise.all(all.map(({ ended }) => ended));
  }

  async #follow(request: DownloadRequest, wallClock: WallClock): Promise<DownloadHead> {
    let url = judged(request.url, this.#options.allow);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const head = await this.#hop(url, request, wallClock);
      const location = locationOf(head);
      if (location === undefined) return head;
      head.body.destroy();
      url = next(url, location, this.#options.allow);
    }
    throw new SendError('invalid_response', 'there are too many redirects');
  }

  #hop(url: URL, { method, headers, signal }: DownloadRequest, wallClock: WallClock): Promise<DownloadHead> {
    const reserved = reservedAmong(headers);
    if (reserved !== undefined) throw new SendError('invalid_request', `the header ${reserved} cannot be set`);
    if (signal?.aborted === true) throw new SendError('reset', 'the download was given up');
    const download = new Download(this.#options.idleTimeoutMs);
    const connection = new Connection(url, this.#policy, () => undefined);
    const giveUp = () => download.cut(new SendError('reset', 'the download was given up'));
    this.#underWay.add(download);
    signal?.addEventListener('abort', giveUp);
    wallClock.onExpired(() => download.cut(new SendError('timeout', 'no answer in time')));
    void download.ended.then(() => {
      this.#underWay.delete(download);
      signal?.removeEventListener('abort', giveUp);
      connection.destroy();
    });
    connection.send({ method, path: url.pathname + url.search, headers: withDefaults(headers, this.#options.userAgent).flat(), reset: true }, download);
    return download.head;
  }
}

function judged(text: string, allow: AllowList): URL {
  const verdict = judgeUrl(text, allow);
  if (verdict.kind === 'allowed') return verdict.url;
  throw new SendError(verdict.kind === 'blocked' ? 'blocked_address' : 'invalid_request', verdict.reason);
}

function locationOf({ statusCode, headers }: DownloadHead): string | undefined {
  if (!REDIRECTS.includes(statusCode)) return undefined;
  const location = headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  return location === undefined ? undefined : Buffer.from(location, 'latin1').toString();
}

function next(from: URL, location: string, allow: AllowList): URL {
  if (!URL.canParse(location, from.href)) throw new SendError('invalid_response', 'a redirect leads to no address');
  const to = new URL(location, from.href);
  if (from.protocol === 'https:' && to.protocol === 'http:') throw new SendError('blocked_address', 'a redirect leads from https to http');
  return judged(to.href, allow);
}
