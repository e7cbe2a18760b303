import { describe, expect, it } from 'vitest';
import { generatePrivateKey, generateSecret, secretKey } from '@buildwire/contracts';
import { checkKeys, signRequest } from './sign-request.js';

const input = { id: 'dlv_01', timestamp: 1_760_000_000, body: Buffer.from('{}') };
const shared = secretKey(generateSecret());

describe('signRequest', () => {
  it('puts the headers of each scheme after those of the one before', () => {
    const names = signRequest(['expo-signature', 'standard-webhooks'], input, [shared]).map(([name]) => name);
    expect(names).toEqual(['expo-signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature']);
  });
});

describe('checkKeys', () => {
  it('takes keys that every scheme can sign with', () => {
    expect(() => checkKeys(['x-signature', 'standard-webhooks'], [shared])).not.toThrow();
    expect(() => checkKeys(['none'], [])).not.toThrow();
    expect(() => checkKeys(['x-signature'], [])).not.toThrow();
  });

  it('refuses keys that one of them cannot', () => {
    expect(() => checkKeys(['standard-webhooks-ed25519'], [shared])).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
    expect(() => checkKeys(['none', 'standard-webhooks'], [secretKey(generatePrivateKey())])).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });
});
