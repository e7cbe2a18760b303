import type { SendRequest } from './webhook-client.js';

/** Headers that belong to the connection, or that would change how the answer must be read; no customer may set them. */
export const reservedHeaders: ReadonlySet<string> = new Set([
  'accept-encoding', 'connection', 'content-length', 'expect', 'host', 'http2-settings', 'keep-alive', 'proxy-connection',
  'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/** The first reserved name among the headers, if there is one. */
export function reservedAmong(headers: readonly [name: string, value: string][]): string | undefined {
  return headers.find(([name]) => reservedHeaders.has(name.toLowerCase()))?.[0];
}

/** The headers we add: who is calling, unless the caller says so, and that we decode nothing (a 65 KB gzip can hold 64 MB). */
export function withDefaults(headers: readonly [name: string, value: string][], userAgent: string): [string, string][] {
  const named = headers.some(([name]) => name.toLowerCase() === 'user-agent');
  const own: [string, string][] = named ? [] : [['User-Agent', userAgent]];
  return [...own, ['Accept-Encoding', 'identity'], ...headers];
}

/** Every header as it goes onto the wire, in order and casing, for the log and the preview; `url` must be a WHATWG URL. */
export function wireHeaders(request: Pick<SendRequest, 'url' | 'headers' | 'body'>, userAgent: string): [string, string][] {
  return [
    ['host', new URL(request.url).host],
    ['connection', 'keep-alive'],
    ...withDefaults(request.headers, userAgent),
    ['content-length', String(request.body.byteLength)],
  ];
}
