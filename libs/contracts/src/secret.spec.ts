import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvalidSecretError, asStandardSecret, generatePrivateKey, generateSecret, publicKeyOf, secretKey } from './secret.js';

/** Key pair of Svix's tests: seed and public key. */
const PAIR = '6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const SEED = Buffer.from(PAIR, 'base64').subarray(0, 32).toString('base64');
const PUBLIC = Buffer.from(PAIR, 'base64').subarray(32).toString('base64');
const bytesOf = (secret: string) => secretKey(secret).export();
const base64Of = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

describe('secretKey', () => {
  it('decodes a whsec_ secret and takes a plain one as UTF-8', () => {
    expect(bytesOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').toString('hex')).toBe(
      '31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0',
    );
    expect(bytesOf('sécret-of-16-chars').toString('utf8')).toBe('sécret-of-16-chars');
  });

  it('signs as Expo documents with a plain secret', () => {
    const body = '{"status":"finished","id":"b-1","artifactUrl":"https://a.example/x.apk","platform":"android"}';
    const mac = createHmac('sha1', secretKey('0123456789abcdef')).update(body).digest('hex');
    expect(mac).toBe('a37f0117167bb9836ee210fef8ffa558288bf2d9');
  });

  it.each([
    ['a plain secret of 15 characters', 'x'.repeat(15)],
    ['a plain secret of 1,001 characters', 'x'.repeat(1_001)],
    ['an empty secret', ''],
    ['whsec_ with nothing behind it', 'whsec_'],
    ['whsec_ with 15 bytes', `whsec_${base64Of(15)}`],
    ['whsec_ with 3,001 bytes', `whsec_${base64Of(3_001)}`],
    ['whsec_ with characters outside base64', `whsec_${base64Of(24).slice(0, -1)}!`],
    ['whsec_ in the URL alphabet', `whsec_${Buffer.alloc(24, 0xff).toString('base64url')}`],
    ['whsec_ without its padding', `whsec_${base64Of(16).replace(/=+$/, '')}`],
    ['whsk_ with 31 bytes', `whsk_${base64Of(31)}`],
    ['whsk_ with 48 bytes', `whsk_${base64Of(48)}`],
    ['whsk_ with another key’s public half', `whsk_${Buffer.concat([Buffer.from(SEED, 'base64'), Buffer.alloc(32, 7)]).toString('base64')}`],
    ['whsk_ in the URL alphabet', `whsk_${PAIR.replaceAll('/', '_')}`],
    ['whsec_ with a line break', `whsec_${base64Of(24)}\n`],
  ])('refuses %s', (_what, secret) => {
    expect(() => secretKey(secret)).toThrow(InvalidSecretError);
    expect(() => secretKey(secret)).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });

  it('does not put the secret into the error', () => {
    expect(() => secretKey('hunter2')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  it.each([16, 64])('accepts whsec_ with %i bytes', (bytes) => {
    expect(bytesOf(`whsec_${base64Of(bytes)}`)).toHaveLength(bytes);
  });

  it.each([16, 1_000])('accepts a plain secret of %i characters', (length) => {
    expect(bytesOf('x'.repeat(length))).toHaveLength(length);
  });
});

describe('a private key', () => {
  it.each([SEED, PAIR])('is an Ed25519 key, given as seed or as pair (%#)', (base64) => {
    const key = secretKey(`whsk_${base64}`);
    expect([key.type, key.asymmetricKeyType]).toEqual(['private', 'ed25519']);
    expect(publicKeyOf(`whsk_${base64}`)).toBe(`whpk_${PUBLIC}`);
    expect(asStandardSecret(`whsk_${base64}`)).toBe(`whsk_${PAIR}`);
  });

  it('is new every time, and has a public half that a shared secret has not', () => {
    const keys = Array.from({ length: 20 }, generatePrivateKey);
    expect(new Set(keys.map(publicKeyOf)).size).toBe(20);
    expect(publicKeyOf(generateSecret())).toBeUndefined();
  });
});

describe('asStandardSecret', () => {
  it('has the same key as the secret it stands for', () => {
    const plain = 'a plain secret with ünïcode';
    expect(asStandardSecret(plain)).toMatch(/^whsec_/);
    expect(bytesOf(asStandardSecret(plain))).toEqual(bytesOf(plain));
  });

  it('takes the longest plain secret there is', () => {
    const longest = '€'.repeat(1_000);
    expect(bytesOf(asStandardSecret(longest))).toEqual(bytesOf(longest));
  });

  it('leaves a whsec_ secret as it is', () => {
    const secret = generateSecret();
    expect(asStandardSecret(secret)).toBe(secret);
  });
});

describe('generateSecret', () => {
  it('makes a different 32-byte secret every time', () => {
    const secrets = Array.from({ length: 100 }, generateSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(bytesOf(secret)).toHaveLength(32);
  });
});
