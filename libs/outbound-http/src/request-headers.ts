import { HOP_HEADER } from '@buildwire/contracts';
import type { SendRequest } from './webhook-client.js';

/** Headers that belong to the connection, or that would change how the answer must be read; no customer may set them. */
export const reservedHeaders: ReadonlySet<string> = new Set([
  'accept-encoding', 'connection', 'content-length', 'expect', 'host', 'http2-settings', 'keep-alive', 'proxy-connection',
  'te', 'trailer', 'transfer-encoding', 'upgrade', HOP_HEADER,
]);

/** The first reserved name among the headers, if there is one. */
export function reservedAmong(headers: readonly [name: string, value: string][]): string | undefined {
  return headers.find(([name]) => reservedHeaders.has(name.toLowerCase()))?.[0];
}

/** The headers we add: who is calling, unless the caller says so, that it is a webhook, and that we decode nothing (65 KB of gzip can hold 64 MB). */
export function withDefaults(headers: readonly [name: string, value: string][], userAgent: string): [string, string][] {
  const named = headers.some(([name]) => name.toLowerCase() === 'user-agent');
  const own: [string, string][] = named ? [] : [['User-Agent', userAgent]];
  return [...own, ['Accept-Encoding', 'identity'], [HOP_HEADER, '1'], ...headers];
}

/** Every header as it goes onto the wire, in order and casing, for the log and the preview. */
export function wireHeaders(request: Pick<SendRequest, 'headers' | 'body'>, host: string, userAgent: string): [string, string][] {
  return [
    ['host', host],
    ['connection', 'keep-alive'],
    ...withDefaults(request.headers, userAgent),
    ['content-length', String(request.body.byteLength)],
  ];
}
