import { randomBytes } from 'node:crypto';
import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH, ProblemError } from '@buildwire/contracts';

const PREFIX = 'whsec_';
const GENERATED_BYTES = 32;
/** The UTF-8 bytes of the longest plain secret. */
const MAX_BYTES = 3 * MAX_SECRET_LENGTH;

/** A new random secret: `whsec_` and the base64 of 32 bytes. */
export function generateSecret(): string {
  return PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
}

/**
 * The `whsec_` form of a secret: the one form that every Standard Webhooks library takes, with the same key. Throws a
 * {@link ProblemError} that points at `/secret`; it never says the secret.
 */
export function standardSecretOf(secret: string): string {
  if (!secret.startsWith(PREFIX)) return PREFIX + Buffer.from(secret, 'utf8').toString('base64');
  const base64 = secret.slice(PREFIX.length);
  const key = Buffer.from(base64, 'base64');
  // Node decodes leniently; receivers' libraries do not, so only the canonical spelling is a secret.
  if (key.toString('base64') !== base64) throw fault('what follows whsec_ must be base64, with its padding');
  if (key.length < MIN_SECRET_LENGTH) throw fault(`whsec_ must be followed by the base64 of at least ${MIN_SECRET_LENGTH} bytes`);
  if (key.length > MAX_BYTES) throw fault(`whsec_ must be followed by the base64 of at most ${MAX_BYTES} bytes`);
  return secret;
}

function fault(detail: string): ProblemError {
  return new ProblemError('invalid_request', undefined, [{ pointer: '/secret', detail }]);
}
