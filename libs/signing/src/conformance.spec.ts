import { describe, expect, it } from 'vitest';
import { schemes } from './registry.js';
import type { SigningInput } from './signing-scheme.js';

const input: SigningInput = { id: 'dlv_01', timestamp: 1_760_000_000, body: Buffer.from('{"a":1}') };
const secret = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const flipped = (body: Buffer) => Buffer.concat([Buffer.from([(body[0] ?? 0) ^ 1]), body.subarray(1)]);

describe.each(Object.entries(schemes))('the %s scheme', (name, scheme) => {
  it('is registered under its own name', () => {
    expect(scheme.name).toBe(name);
  });

  it('signs the same input in the same way', () => {
    expect(scheme.sign(input, [secret])).toEqual(scheme.sign({ ...input, body: Buffer.from(input.body) }, [secret]));
  });

  it('signs a flipped byte in another way', () => {
    expect(scheme.sign({ ...input, body: flipped(input.body) }, [secret])).not.toEqual(scheme.sign(input, [secret]));
  });

  it('signs in another way with another secret', () => {
    expect(scheme.sign(input, [other])).not.toEqual(scheme.sign(input, [secret]));
  });

  it('signs bytes that are not text', () => {
    expect(scheme.sign({ ...input, body: Buffer.from([0xff, 0x00, 0xfe]) }, [secret])).not.toHaveLength(0);
  });

  it('makes header names and values that HTTP allows, each name once', () => {
    const headers = scheme.sign(input, [secret, other]);
    for (const [header, value] of headers) {
      expect(header).toMatch(/^[A-Za-z0-9-]+$/);
      expect(value).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
    }
    expect(new Set(headers.map(([header]) => header.toLowerCase())).size).toBe(headers.length);
  });

  it('never shows a secret', () => {
    const shown = JSON.stringify(scheme.sign(input, [secret, other]));
    expect(shown).not.toContain(secret.toString('base64'));
    expect(shown).not.toContain(secret.toString('hex'));
  });
});
