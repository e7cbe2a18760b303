import { isUtf8 } from 'node:buffer';

interface BodyText {
  body: string;
  bodyEncoding?: 'base64';
}

/** A body in an answer: as text if it is UTF-8, or else as base64. */
export function bodyText(bytes: Buffer): BodyText {
  return isUtf8(bytes) ? { body: bytes.toString('utf8') } : { body: bytes.toString('base64'), bodyEncoding: 'base64' };
}
