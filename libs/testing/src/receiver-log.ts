import type { IncomingMessage } from 'node:http';

/** One request as it came over the wire. */
export interface ReceivedRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Name and value, in the order and the casing of the wire. */
  rawHeaders: [name: string, value: string][];
  /** By lower-case name; repeated ones joined with ", ". */
  headers: Record<string, string>;
  body: Buffer;
  /** When its head arrived, in milliseconds since the epoch. */
  receivedAt: number;
  /** Counts up from 1 with every connection: two requests with one id shared it. */
  connectionId: number;
}

export type Matches = (request: ReceivedRequest) => boolean;

const DEFAULT_TIMEOUT_MS = 10_000;

/** What an endpoint received, in the order in which the requests were complete. */
export class ReceiverLog {
  readonly requests: ReceivedRequest[] = [];
  private readonly waiting = new Set<() => void>();

  add(request: ReceivedRequest): void {
    this.requests.push(request);
    this.waiting.forEach((check) => check());
  }

  /** The first `count` requests, once there are as many; or the first that matches. */
  waitFor(count: number, timeoutMs?: number): Promise<ReceivedRequest[]>;
  waitFor(matches: Matches, timeoutMs?: number): Promise<ReceivedRequest>;
  waitFor(wanted: number | Matches, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<ReceivedRequest[] | ReceivedRequest> {
    if (typeof wanted === 'function') return this.until(() => this.requests.find(wanted), timeoutMs);
    return this.until(() => (this.requests.length >= wanted ? this.requests.slice(0, wanted) : undefined), timeoutMs);
  }

  private until<T>(found: () => T | undefined, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const value = found();
        if (value === undefined) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`Not received within ${timeoutMs} ms. There were ${this.requests.length} requests:\n${this.summary()}`));
      }, timeoutMs);
      this.waiting.add(check);
      check();
    });
  }

  private summary(): string {
    return this.requests.slice(-20).map(({ method, path, body }) => `${method} ${path} (${body.length} bytes)`).join('\n');
  }
}

export async function readRequest(incoming: IncomingMessage, connectionId: number): Promise<ReceivedRequest> {
  const receivedAt = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const rawHeaders = pairs(incoming.rawHeaders);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    rawHeaders,
    headers: byName(rawHeaders),
    body: Buffer.concat(chunks),
    receivedAt,
    connectionId,
  };
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] satisfies [string, string]] : []));
}

function byName(headers: readonly [string, string][]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    found[key] = key in found ? `${found[key]}, ${value}` : value;
  }
  return found;
}
