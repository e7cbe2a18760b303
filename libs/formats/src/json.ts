import type { Rendering } from './rendering.js';

/** One escape of a JSON text; JSON.stringify writes `\udXXX` for nothing but half of a surrogate pair. */
const ESCAPE = /\\(?:ud[89a-f][0-9a-f]{2}|[^])/g;
const LONE_SURROGATE_LENGTH = String.raw`\ud800`.length;

/** A JSON body. Half a surrogate pair becomes U+FFFD, as in any UTF-8 text: strict parsers refuse its escape. */
export function json(value: unknown, contentType = 'application/json', headers: [string, string][] = []): Rendering {
  return { kind: 'rendered', contentType, headers, body: wellFormed(JSON.stringify(value)) };
}

function wellFormed(text: string): string {
  if (!text.includes(String.raw`\ud`)) return text;
  return text.replace(ESCAPE, (escape) => (escape.length === LONE_SURROGATE_LENGTH ? '\ufffd' : escape));
}
