import type { FastifyRequest } from 'fastify';
import type { RequestedArtifact } from './artifact-delivery.js';

const CONDITIONS = ['range', 'if-range', 'if-none-match', 'if-modified-since'];
const CONTENT = ['content-type', 'content-length', 'content-encoding', 'content-range', 'content-disposition', 'accept-ranges', 'etag', 'last-modified'];

/** Our API must not lend its origin to a page that somebody stored as an artifact. */
const ISOLATION = { 'content-security-policy': "default-src 'none'; sandbox", 'x-content-type-options': 'nosniff' };

/** What no name of a file can hold on every system, and what makes a name look like another. */
const UNSAFE = /[\p{Cc}\p{Cf}/\\:*?"<>|]/gu;
const MAX_NAME = 150;

type Headers = readonly [name: string, value: string][];

/** The part of a request that is the origin's to answer: which bytes, and on what condition. */
export function conditionsOf(headers: FastifyRequest['headers']): [name: string, value: string][] {
  return CONDITIONS.flatMap((name): [string, string][] => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
}

/** What the origin says of the content, and nothing else that it says: no cookies, no policies. */
export function contentHeaders(ofOrigin: Headers, artifact: RequestedArtifact): Record<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of ofOrigin) {
    if (CONTENT.includes(name.toLowerCase()) && !kept.has(name.toLowerCase())) kept.set(name.toLowerCase(), value);
  }
  return {
    'content-type': 'application/octet-stream',
    'content-disposition': dispositionOf(artifact),
    ...Object.fromEntries(kept),
    // To be asked again each time: the link ends.
    'cache-control': 'private, no-cache',
    ...ISOLATION,
  };
}

/** To be saved under the name of the artifact, or the last part of its address (RFC 6266). */
export function dispositionOf({ name, url }: Pick<RequestedArtifact, 'name' | 'url'>): string {
  const safe = [...(name ?? lastPartOf(url)).toWellFormed().replace(UNSAFE, '_')].slice(0, MAX_NAME).join('').trim();
  const filename = safe.replace(/^\.*$/, '') || 'artifact';
  const ascii = filename.replace(/[^\x20-\x7e]|%/g, '_');
  const extended = filename === ascii ? '' : `; filename*=UTF-8''${encodeURIComponent(filename).replace(/['()]/g, percentEncoded)}`;
  return `attachment; filename="${ascii}"${extended}`;
}

function lastPartOf({ pathname }: URL): string {
  const part = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
