import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sharedKeys } from './keys.js';
import type { SigningScheme } from './signing-scheme.js';
import { signedPrefix, standardHeaders } from './standard-headers.js';

/** Standard Webhooks 1.0.0, symmetric (`v1`): every shared key signs. */
export const standardWebhooks: SigningScheme = {
  name: 'standard-webhooks',
  sign(input, keys) {
    const signatureBy = (key: KeyObject) => createHmac('sha256', key).update(signedPrefix(input)).update(input.body).digest('base64');
    return standardHeaders(input, sharedKeys(keys).map((key) => `v1,${signatureBy(key)}`));
  },
};
