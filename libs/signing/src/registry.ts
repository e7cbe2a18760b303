import type { SchemeName } from '@buildwire/contracts';
import { expoSignature } from './expo-signature.js';
import { none } from './none.js';
import type { SigningScheme } from './signing-scheme.js';
import { standardWebhooksEd25519 } from './standard-webhooks-ed25519.js';
import { standardWebhooks } from './standard-webhooks.js';
import { xBuildpixelSignature } from './x-buildpixel-signature.js';
import { xSignature } from './x-signature.js';

/** Every scheme by its name; does not compile while one is missing. */
export const schemes: Record<SchemeName, SigningScheme> = {
  none,
  'expo-signature': expoSignature,
  'x-signature': xSignature,
  'x-buildpixel-signature': xBuildpixelSignature,
  'standard-webhooks': standardWebhooks,
  'standard-webhooks-ed25519': standardWebhooksEd25519,
};
