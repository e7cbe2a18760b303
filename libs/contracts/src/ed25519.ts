import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The fixed first bytes of RFC 8410's PKCS #8 around the 32 bytes of a seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;

/** The private key of a seed of {@link SEED_BYTES}. */
export function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

/** The public half, {@link PUBLIC_KEY_BYTES} long: they end its DER form. */
export function publicBytesOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES);
}
