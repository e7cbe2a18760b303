import { InvalidSecretError, ProblemError, asStandardSecret, generatePrivateKey, generateSecret, keyKindOf } from '@buildwire/contracts';
import type { Settings } from './stored-webhook.js';

/** The secret of a new webhook: its owner's, or a random one of the kind that its signing needs. A chat target has none. */
export function secretFor(settings: Pick<Settings, 'format' | 'signing'>, given: string | undefined): string | undefined {
  if (given !== undefined) return givenSecret(given);
  switch (keyKindOf(settings)) {
    case 'none':
      return undefined;
    case 'shared':
      return generateSecret();
    case 'private':
      return generatePrivateKey();
  }
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
