import { bodyMac } from './body-mac.js';
import type { SigningScheme } from './signing-scheme.js';

/**
 * Capawesome: bare hex, as its documented receiver throws on any other length, and nothing at all without a secret, which is
 * optional there.
 */
export const xSignature: SigningScheme = {
  name: 'x-signature',
  sign: ({ body }, keys) => (keys.length === 0 ? [] : [['X-Signature', bodyMac('sha256', body, keys)]]),
};
