import type { IncomingHttpHeaders } from 'node:http';
import { printable, styled } from '../terminal.js';

export interface ShownRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  receivedAt: Date;
}

const SHOWN_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type', 'user-agent'];

/** A request as a person wants to read it. */
export function describeRequest({ method, path, headers, body, receivedAt }: ShownRequest): string {
  const parsed = jsonOf(body.toString('utf8'));
  const time = receivedAt.toISOString().slice(11, 23);
  const title = [styled('dim', time), styled('bold', printable(`${method} ${path}`)), styled('green', typeOf(parsed))];
  const lines = SHOWN_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [`  ${styled('cyan', name.padEnd(18))}${printable(String(headers[name]))}`]));
  const text = parsed === undefined ? body.toString('utf8') : JSON.stringify(parsed, undefined, 2);
  return [title.join('  ').trimEnd(), ...lines, printable(text).replace(/^/gm, '  '), ''].join('\n');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function typeOf(body: unknown): string {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  return typeof type === 'string' ? printable(type) : '';
}
