import { generateKeyPairSync } from 'node:crypto';
import { schemeNames } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { schemes } from './registry.js';
import { generatePrivateKey, generateSecret, secretKey } from '@buildwire/contracts';
import type { SigningInput } from './signing-scheme.js';

/** A scheme takes the keys of its kind, so each gets both kinds. */
const keysOf = (secrets: string[]) => secrets.map(secretKey);
const input: SigningInput = { id: 'dlv_01', timestamp: 1_760_000_000, body: Buffer.from('{"a":1}') };
const secrets = [generateSecret(), generatePrivateKey()];
const others = [generateSecret(), generatePrivateKey()];
const flipped = (body: Buffer, at: number) => body.map((byte, index) => (index === at ? byte ^ 1 : byte)) as Buffer;

it('knows every scheme of the contracts', () => {
  expect(Object.keys(schemes).sort()).toEqual([...schemeNames].sort());
});

it('signs nothing by the scheme none, with keys or without', () => {
  expect(schemes.none.sign(input, keysOf(secrets))).toEqual([]);
  expect(schemes.none.sign(input, [])).toEqual([]);
});

describe.each(Object.entries(schemes))('the %s scheme', (name, scheme) => {
  it('is registered under its own name', () => {
    expect(scheme.name).toBe(name);
  });

  it('signs the same input in the same way', () => {
    expect(scheme.sign(input, keysOf(secrets))).toEqual(scheme.sign({ ...input, body: Buffer.from(input.body) }, keysOf(secrets)));
  });

  it('makes header names and values that HTTP allows, each name once', () => {
    const headers = scheme.sign(input, keysOf([...secrets, ...others]));
    for (const [header, value] of headers) {
      expect(header).toMatch(/^[A-Za-z0-9-]+$/);
      expect(value).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
    }
    expect(new Set(headers.map(([header]) => header.toLowerCase())).size).toBe(headers.length);
  });

  it('never shows a secret', () => {
    const shown = JSON.stringify(scheme.sign(input, keysOf([...secrets, ...others])));
    for (const secret of [...secrets, ...others]) {
      const bytes = Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64').subarray(0, 32);
      for (const encoding of ['base64', 'hex', 'base64url'] as const) expect(shown).not.toContain(bytes.toString(encoding).slice(0, 40));
    }
  });

  it('leaves its input as it was', () => {
    const body = Buffer.from(input.body);
    scheme.sign({ ...input, body }, keysOf(secrets));
    expect(body).toEqual(input.body);
  });

  it('does not sign with a key of another kind', () => {
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    expect(scheme.sign(input, [foreign, ...keysOf(secrets)])).toEqual(scheme.sign(input, keysOf(secrets)));
  });
});

describe.each(Object.entries(schemes).filter(([name]) => name !== 'none'))('the signature of the %s scheme', (_name, scheme) => {
  it('is another for every flipped byte', () => {
    const signatures = Array.from(input.body, (_, at) => JSON.stringify(scheme.sign({ ...input, body: flipped(input.body, at) }, keysOf(secrets))));
    expect(new Set([...signatures, JSON.stringify(scheme.sign(input, keysOf(secrets)))]).size).toBe(input.body.length + 1);
  });

  it('is another with another secret', () => {
    expect(scheme.sign(input, keysOf(others))).not.toEqual(scheme.sign(input, keysOf(secrets)));
  });

  it('holds the newest secret’s first', () => {
    const [newest = [], both = []] = [secrets, [...secrets, ...others]].map((some) => scheme.sign(input, keysOf(some)));
    for (const [index, [header, value]] of both.entries()) expect([header, value.split(' ')[0]]).toEqual(newest[index]);
  });

  it('covers bytes that are not text, and an empty body', () => {
    expect(scheme.sign({ ...input, body: Buffer.from([0xff, 0x00, 0xfe]) }, keysOf(secrets))).not.toHaveLength(0);
    expect(scheme.sign({ ...input, body: Buffer.alloc(0) }, keysOf(secrets))).not.toHaveLength(0);
  });
});
