import type { SchemeName, SigningScheme } from './signing-scheme.js';
import { standardWebhooks } from './standard-webhooks.js';

/** Every scheme by its name; does not compile while one is missing. */
export const schemes: Record<SchemeName, SigningScheme> = {
  'standard-webhooks': standardWebhooks,
};
