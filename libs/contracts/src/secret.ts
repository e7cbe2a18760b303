import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PUBLIC_KEY_BYTES, SEED_BYTES, privateKeyOf, publicBytesOf } from './ed25519.js';

const SHARED_PREFIX = 'whsec_';
export const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';

/** Under 16 bytes (or characters of a plain secret) an HMAC key can be guessed; Expo documents the same minimum. */
export const MIN_SECRET_LENGTH = 16;
/** The documented maximum of Expo, in characters. */
export const MAX_SECRET_LENGTH = 1_000;
/** The UTF-8 bytes of the longest plain secret, so that its `whsec_` form is a secret too. */
const MAX_BYTES = 3 * MAX_SECRET_LENGTH;
const GENERATED_BYTES = 32;

/** A secret that cannot sign; the message never holds the secret. */
export class InvalidSecretError extends Error {
  override readonly name = 'InvalidSecretError';
  readonly code = 'secret.invalid';
}

/**
 * The key of a secret: the decoded bytes of `whsec_<base64>`, the Ed25519 private key of `whsk_<base64>`, the UTF-8 bytes of
 * anything else. A private key is its seed, or its seed and public key as most libraries print it. Throws InvalidSecretError.
 */
export function secretKey(secret: string): KeyObject {
  if (secret.startsWith(PRIVATE_PREFIX)) return privateKey(decoded(secret, PRIVATE_PREFIX));
  return createSecretKey(secret.startsWith(SHARED_PREFIX) ? sharedBytes(secret) : plainBytes(secret));
}

/** The one form that Standard Webhooks libraries take, with the same key: `whsec_…`, or `whsk_…` of seed and public key. Throws InvalidSecretError. */
export function asStandardSecret(secret: string): string {
  const key = secretKey(secret);
  if (key.type === 'secret') return SHARED_PREFIX + key.export().toString('base64');
  const seed = decoded(secret, PRIVATE_PREFIX).subarray(0, SEED_BYTES);
  return PRIVATE_PREFIX + Buffer.concat([seed, publicBytesOf(key)]).toString('base64');
}

/** What verifies a private key's signatures, as `whpk_…`; undefined for a shared secret. Throws InvalidSecretError. */
export function publicKeyOf(secret: string): string | undefined {
  const key = secretKey(secret);
  return key.type === 'private' ? PUBLIC_PREFIX + publicBytesOf(key).toString('base64') : undefined;
}

/** A new random secret: `whsec_` and the base64 of 32 bytes. */
export function generateSecret(): string {
  return SHARED_PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
}

/** A new random Ed25519 private key, as `whsk_…` of seed and public key. */
export function generatePrivateKey(): string {
  return asStandardSecret(PRIVATE_PREFIX + randomBytes(SEED_BYTES).toString('base64'));
}

function privateKey(bytes: Buffer): KeyObject {
  if (bytes.length !== SEED_BYTES && bytes.length !== SEED_BYTES + PUBLIC_KEY_BYTES) {
    throw new InvalidSecretError(`a whsk_ secret holds ${SEED_BYTES} bytes, or ${SEED_BYTES + PUBLIC_KEY_BYTES} with the public key`);
  }
  const key = privateKeyOf(bytes.subarray(0, SEED_BYTES));
  const claimed = bytes.subarray(SEED_BYTES);
  // Who holds another public key would refuse every signature.
  if (claimed.length > 0 && !claimed.equals(publicBytesOf(key))) throw new InvalidSecretError('the two halves of the whsk_ secret do not belong together');
  return key;
}

function sharedBytes(secret: string): Buffer {
  const key = decoded(secret, SHARED_PREFIX);
  if (key.length < MIN_SECRET_LENGTH) throw new InvalidSecretError(`a whsec_ secret holds at least ${MIN_SECRET_LENGTH} bytes`);
  if (key.length > MAX_BYTES) throw new InvalidSecretError(`a whsec_ secret holds at most ${MAX_BYTES} bytes`);
  return key;
}

function plainBytes(secret: string): Buffer {
  if (secret.length < MIN_SECRET_LENGTH) throw new InvalidSecretError(`a secret has at least ${MIN_SECRET_LENGTH} characters`);
  if (secret.length > MAX_SECRET_LENGTH) throw new InvalidSecretError(`a secret has at most ${MAX_SECRET_LENGTH} characters`);
  return Buffer.from(secret, 'utf8');
}

/** Node decodes leniently; receivers' libraries do not, so only the canonical spelling is a secret. */
function decoded(secret: string, prefix: string): Buffer {
  const base64 = secret.slice(prefix.length);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw new InvalidSecretError(`what follows ${prefix} is not base64`);
  return bytes;
}
