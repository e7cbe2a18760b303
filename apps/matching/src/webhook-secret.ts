import { InvalidSecretError, ProblemError, asStandardSecret, mergeWebhook, newSecretFor } from '@buildwire/contracts';
import type { Settings } from './stored-webhook.js';

/** The secret of a new webhook: its owner's, or a random one of the kind that its signing needs. A chat target has none. */
export function secretFor(settings: Pick<Settings, 'format' | 'signing'>, given: string | undefined): string | undefined {
  return given === undefined ? newSecretFor(settings) : givenSecret(given);
}

/** The secret that takes over from those of a webhook. Throws a {@link ProblemError} `invalid_request` if it has none, or the given one is of another kind. */
export function rotatedSecretFor(settings: Settings, given: string | undefined): string {
  const secret = secretFor(mergeWebhook(settings, { secret: given }), given);
  if (secret === undefined) throw new ProblemError('invalid_request', `a webhook of the format ${settings.format} has no secret: its URL is the secret`);
  return secret;
}

/**
 * The form of a secret that every Standard Webhooks library takes, with the same key. Throws a {@link ProblemError} that
 * points at `/secret`; it never says the secret.
 */
export function givenSecret(secret: string): string {
  try {
    return asStandardSecret(secret);
  } catch (error) {
    if (!(error instanceof InvalidSecretError)) throw error;
    throw new ProblemError('invalid_request', undefined, [{ pointer: '/secret', detail: error.message }], { cause: error });
  }
}
