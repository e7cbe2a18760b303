import { createHmac } from 'node:crypto';
import { InvalidSecretError } from './secret.js';
import type { SigningInput, SigningScheme } from './signing-scheme.js';

/** Standard Webhooks 1.0.0, symmetric (`v1`): every secret signs, so receivers may hold the old or the new one. */
export const standardWebhooks: SigningScheme = {
  name: 'standard-webhooks',
  sign(input, secrets) {
    if (secrets.length === 0) throw new InvalidSecretError('signing needs at least one secret');
    return [
      ['webhook-id', input.id],
      ['webhook-timestamp', String(input.timestamp)],
      ['webhook-signature', secrets.map((secret) => signature(input, secret)).join(' ')],
    ];
  },
};

function signature(input: SigningInput, secret: Buffer): string {
  const mac = createHmac('sha256', secret);
  mac.update(`${input.id}.${input.timestamp}.`).update(input.body);
  return `v1,${mac.digest('base64')}`;
}
