import { seedExamples } from '@buildwire/contracts';
import type { SchemeName } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { schemes } from './registry.js';
import { secretKey } from '@buildwire/contracts';
import { verifySignature } from './spec-support/buildpixel-receiver.js';
import { capawesomeReceiver } from './spec-support/capawesome-receiver.js';
import { expoReceiver } from './spec-support/expo-receiver.js';
import { received } from './spec-support/received.js';

const SECRET = 'a sécret of mine 🦊';
const bodiesOf = (product: string) => seedExamples().flatMap(({ name, vendor }) => (name.startsWith(product) ? [Buffer.from(`${JSON.stringify(vendor)} 🦊`)] : []));

const signed = (scheme: SchemeName, body: Buffer, ...secrets: string[]) => schemes[scheme].sign({ id: 'dlv_01', timestamp: 1_760_000_000, body }, secrets.map(secretKey));
const flipped = (body: Buffer, at: number) => Buffer.concat([body.subarray(0, at), Buffer.from([(body[at] ?? 0) ^ 1]), body.subarray(at + 1)]);

interface Vendor {
  product: string;
  scheme: SchemeName;
  accepts(headers: [string, string][], body: Buffer): boolean;
}

const vendors: Vendor[] = [
  { product: 'expo', scheme: 'expo-signature', accepts: (headers, body) => expoReceiver(SECRET)(received(headers, body)).body === 'OK!' },
  { product: 'eas', scheme: 'expo-signature', accepts: (headers, body) => expoReceiver(SECRET)(received(headers, body)).statusCode === 200 },
  { product: 'capawesome', scheme: 'x-signature', accepts: (headers, body) => doesNotThrow(() => capawesomeReceiver(SECRET)(received(headers, body))) },
  { product: 'buildpixel', scheme: 'x-buildpixel-signature', accepts: (headers, body) => verifySignature(received(headers, body), SECRET) },
];

describe.each(vendors)('the receiver that the vendor of $product documents', ({ product, scheme, accepts }) => {
  const bodies = bodiesOf(product);

  it('accepts what we sign', () => {
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) expect(accepts(signed(scheme, body, SECRET), body)).toBe(true);
  });

  it('refuses a body with a flipped byte, wherever it is', () => {
    const [body = Buffer.alloc(0)] = bodies;
    const headers = signed(scheme, body, SECRET);
    for (const at of [0, Math.floor(body.length / 2), body.length - 5]) expect(accepts(headers, flipped(body, at))).toBe(false);
  });

  it('refuses another secret, and takes the newest of several', () => {
    const [body = Buffer.alloc(0)] = bodies;
    expect(accepts(signed(scheme, body, 'another secret of mine'), body)).toBe(false);
    expect(accepts(signed(scheme, body, SECRET, 'the older secret of mine'), body)).toBe(true);
    expect(accepts(signed(scheme, body, 'another secret of mine', SECRET), body)).toBe(false);
  });

  it('refuses a request without the header', () => {
    expect(accepts([], Buffer.from('{}'))).toBe(false);
  });
});

function doesNotThrow(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
