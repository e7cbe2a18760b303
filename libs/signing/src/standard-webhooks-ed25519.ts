import { sign } from 'node:crypto';
import { privateKeys } from './keys.js';
import type { SigningScheme } from './signing-scheme.js';
import { signedPrefix, standardHeaders } from './standard-headers.js';

/** Standard Webhooks 1.0.0, asymmetric (`v1a`): every private key signs; receivers hold public ones and cannot forge. */
export const standardWebhooksEd25519: SigningScheme = {
  name: 'standard-webhooks-ed25519',
  sign(input, keys) {
    const content = Buffer.concat([Buffer.from(signedPrefix(input)), input.body]);
    return standardHeaders(input, privateKeys(keys).map((key) => `v1a,${sign(null, content, key).toString('base64')}`));
  },
};
