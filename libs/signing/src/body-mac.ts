import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sharedKeys } from './keys.js';

/** The HMAC of a body in hex, by the newest shared key: a header that holds one signature has no room for the older ones. */
export function bodyMac(algorithm: 'sha1' | 'sha256', body: Buffer, keys: readonly KeyObject[]): string {
  const [newest] = sharedKeys(keys);
  return createHmac(algorithm, newest).update(body).digest('hex');
}
