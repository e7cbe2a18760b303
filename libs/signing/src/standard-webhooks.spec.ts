import { Webhook } from 'standardwebhooks';
// Up to 1.82 svix verifies by code of its own; later it calls standardwebhooks.
import { Webhook as Svix } from 'svix';
import { describe, expect, it } from 'vitest';
import { asStandardSecret, generateSecret, secretKey } from '@buildwire/contracts';
import type { SigningInput } from './signing-scheme.js';
import { standardWebhooks } from './standard-webhooks.js';

const now = () => Math.floor(Date.now() / 1_000);
const anInput = (over: Partial<SigningInput> = {}): SigningInput => ({
  id: 'dlv_01',
  timestamp: now(),
  body: Buffer.from('{"name":"MyGame 🦊"}'),
  ...over,
});
const sign = (input: SigningInput, ...secrets: string[]) => standardWebhooks.sign(input, secrets.map(secretKey));
type Verify = (secret: string, input: SigningInput, headers: [string, string][]) => unknown;
const libraries: [string, Verify][] = [
  ['standardwebhooks', (secret, { body }, headers) => new Webhook(asStandardSecret(secret)).verify(body, Object.fromEntries(headers))],
  ['svix', (secret, { body }, headers) => new Svix(asStandardSecret(secret)).verify(body, Object.fromEntries(headers))],
];

describe('the standard-webhooks scheme', () => {
  it('gives the signature of the specification', () => {
    const input = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: Buffer.from('{"test": 2432232314}') };
    expect(sign(input, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toEqual([
      ['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
      ['webhook-timestamp', '1614265330'],
      ['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ]);
  });

  it('refuses to sign with no secret', () => {
    expect(() => standardWebhooks.sign(anInput(), [])).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });
});

describe.each(libraries)('the %s library', (_library, verify) => {
  it.each([generateSecret(), 'a plain secret with ünïcode'])('verifies with its secret (%#)', (secret) => {
    const input = anInput();
    expect(verify(secret, input, sign(input, secret))).toEqual({ name: 'MyGame 🦊' });
  });

  it('verifies with the old and with the new secret while one replaces the other', () => {
    const [newest, oldest, stranger] = [generateSecret(), generateSecret(), generateSecret()];
    const input = anInput();
    const headers = sign(input, newest, oldest);
    expect(headers[2]?.[1].split(' ')[0]).toBe(sign(input, newest)[2]?.[1]);
    expect(verify(newest, input, headers)).toBeDefined();
    expect(verify(oldest, input, headers)).toBeDefined();
    expect(() => verify(stranger, input, headers)).toThrow();
  });

  it.each([
    ['body', (input: SigningInput) => ({ ...input, body: Buffer.from('{"name":"MyGame 🦊"} ') })],
    ['id', (input: SigningInput) => ({ ...input, id: 'dlv_02' })],
    ['timestamp', (input: SigningInput) => ({ ...input, timestamp: input.timestamp - 1 })],
  ])('refuses another %s', (_what, forge) => {
    const [secret, input] = [generateSecret(), anInput()];
    const forged = forge(input);
    const headers = sign(forged, secret).slice(0, 2).concat(sign(input, secret).slice(2));
    expect(() => verify(secret, forged, headers)).toThrow();
  });
});
