import { ProblemError } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { givenSecret, secretFor } from './webhook-secret.js';

const raw = { format: 'raw', signing: null } as const;

describe('the secret of a new webhook', () => {
  it('is random, in the form that Standard Webhooks libraries take', () => {
    expect(secretFor(raw, undefined)).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(secretFor(raw, undefined)).not.toBe(secretFor(raw, undefined));
  });

  it('is a private key if requests are signed with one', () => {
    expect(secretFor({ format: 'raw', signing: { scheme: 'standard-webhooks-ed25519' } }, undefined)).toMatch(/^whsk_/);
  });

  it('does not exist for a chat target, whose URL is the secret', () => {
    expect(secretFor({ format: 'slack', signing: null }, undefined)).toBeUndefined();
  });
});

describe('a given secret', () => {
  it('keeps its key: the UTF-8 bytes of a plain one', () => {
    expect(givenSecret('a plain secret 🦊')).toBe(`whsec_${Buffer.from('a plain secret 🦊').toString('base64')}`);
  });

  it.each(['whsec_!', 'whsec_AAAA', 'whsec_AAECAwQFBgcICQoLDA0ODw', `whsk_${'A'.repeat(44)}`])('that cannot sign is refused without being repeated: %s', (secret) => {
    const refused = expect(() => givenSecret(secret));
    refused.toThrow(ProblemError);
    refused.toThrow(expect.objectContaining({ code: 'invalid_request', faults: [expect.objectContaining({ pointer: '/secret', detail: expect.not.stringContaining(secret) as string }) as object] }) as Error);
  });
});
