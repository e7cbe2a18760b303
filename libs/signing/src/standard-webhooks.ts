import { createHmac } from 'node:crypto';
import { sharedKeys } from './keys.js';
import type { SigningScheme } from './signing-scheme.js';
import { signedContent, standardHeaders } from './standard-headers.js';

/** Standard Webhooks 1.0.0, symmetric (`v1`): every shared key signs. */
export const standardWebhooks: SigningScheme = {
  name: 'standard-webhooks',
  sign(input, keys) {
    const content = signedContent(input);
    return standardHeaders(input, sharedKeys(keys).map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`));
  },
};
