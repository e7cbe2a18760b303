import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** Under 16 bytes (or characters of a plain secret) an HMAC key can be guessed; Expo documents the same minimum. */
const MIN_LENGTH = 16;
/** The documented maximum of Expo, in characters. */
const MAX_LENGTH = 1_000;
/** The UTF-8 bytes of the longest plain secret, so that its `whsec_` form is a secret too. */
const MAX_BYTES = 3 * MAX_LENGTH;
const GENERATED_BYTES = 32;

/** A secret that cannot sign; the message never holds the secret. */
export class InvalidSecretError extends Error {
  override readonly name = 'InvalidSecretError';
  readonly code = 'secret.invalid';
}

/** The key of a secret: the decoded bytes of `whsec_<base64>`, the UTF-8 bytes of anything else. Throws InvalidSecretError. */
export function secretKey(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? decodedKey(secret.slice(PREFIX.length)) : plainKey(secret);
}

/** The `whsec_` form with the same key, for libraries that take only that. Throws InvalidSecretError. */
export function asStandardSecret(secret: string): string {
  return PREFIX + secretKey(secret).toString('base64');
}

/** A new random secret: `whsec_` and the base64 of 32 bytes. */
export function generateSecret(): string {
  return PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
}

function decodedKey(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  // Node decodes leniently; receivers' libraries do not, so only the canonical spelling is a secret.
  if (key.toString('base64') !== base64) throw new InvalidSecretError('what follows whsec_ is not base64');
  if (key.length < MIN_LENGTH) throw new InvalidSecretError(`a whsec_ secret holds at least ${MIN_LENGTH} bytes`);
  if (key.length > MAX_BYTES) throw new InvalidSecretError(`a whsec_ secret holds at most ${MAX_BYTES} bytes`);
  return key;
}

function plainKey(secret: string): Buffer {
  if (secret.length < MIN_LENGTH) throw new InvalidSecretError(`a secret has at least ${MIN_LENGTH} characters`);
  if (secret.length > MAX_LENGTH) throw new InvalidSecretError(`a secret has at most ${MAX_LENGTH} characters`);
  return Buffer.from(secret, 'utf8');
}
