import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generatePrivateKey, generateSecret, publicKeyOf, secretKey } from '@buildwire/contracts';
import type { SigningInput } from './signing-scheme.js';
import { standardWebhooksEd25519 } from './standard-webhooks-ed25519.js';

const input: SigningInput = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: Buffer.from('{"test": 2432232314}') };
const sign = (...secrets: string[]) => standardWebhooksEd25519.sign(input, secrets.map(secretKey));
const signaturesOf = (headers: [string, string][]) => headers[2]?.[1].split(' ').map((signature) => signature.slice('v1a,'.length)) ?? [];

describe('the standard-webhooks-ed25519 scheme', () => {
  it('gives the signature of Svix’s vector', () => {
    expect(sign('whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==')).toEqual([
      ['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
      ['webhook-timestamp', '1614265330'],
      ['webhook-signature', 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=='],
    ]);
  });

  it('is verified by the public key alone, the old and the new one while one replaces the other', () => {
    const [newest, oldest, stranger] = [generatePrivateKey(), generatePrivateKey(), generatePrivateKey()];
    const signatures = signaturesOf(sign(newest, oldest));
    expect(signatures).toHaveLength(2);
    expect(signatures.map((signature) => isSignedBy(newest, signature, input.body))).toEqual([true, false]);
    expect(signatures.map((signature) => isSignedBy(oldest, signature, input.body))).toEqual([false, true]);
    expect(signatures.some((signature) => isSignedBy(stranger, signature, input.body))).toBe(false);
    expect(signatures.some((signature) => isSignedBy(newest, signature, Buffer.from('{"test": 2432232315}')))).toBe(false);
  });

  it('never signs with a shared secret', () => {
    expect(signaturesOf(sign(generateSecret(), generatePrivateKey()))).toHaveLength(1);
    expect(() => sign(generateSecret())).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });
});

function isSignedBy(secret: string, signature: string, body: Buffer): boolean {
  const x = Buffer.from(publicKeyOf(secret)?.slice('whpk_'.length) ?? '', 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.concat([Buffer.from(`${input.id}.${input.timestamp}.`), body]), key, Buffer.from(signature, 'base64'));
}
