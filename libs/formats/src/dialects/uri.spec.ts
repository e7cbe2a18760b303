import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentEncoded, uri, uriReference } from './uri.js';

const ajv = new Ajv();
addFormats.default(ajv);
const isUri = ajv.compile({ type: 'string', format: 'uri' });
const isUriReference = ajv.compile({ type: 'string', format: 'uri-reference', minLength: 1 });

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...'/:?#[]@%2e.~ a1-"\\|<>^`{}😀é\u0000\ud800'), minLength: 1, maxLength: 30 }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
);

describe('uriReference', () => {
  it.each(['https://ci.example/my-game', '/org/org_1/app/app_1', 'urn:ci:1', 'ci', '//ci.example:8080/a?b=c#d', 'http://[::1]:8080/a', 'https://user:pw@ci.example', '?q', '#f', 'a%20b', 'mailto:ci@example.com'])(
    'leaves %s as it is',
    (text) => {
      expect(isUriReference(text)).toBe(true);
      expect(uriReference(text)).toBe(text);
    },
  );

  it.each([
    ['my ci', 'my%20ci'],
    ['fabrik/größe', 'fabrik/gr%C3%B6%C3%9Fe'],
    ['1:2/3', '1%3A2/3'],
    ['50%', '50%25'],
    ['C:\\builds\\a b', 'C:%5Cbuilds%5Ca%20b'],
    ['https://ci.example/größe|x', 'https://ci.example/gr%C3%B6%C3%9Fe%7Cx'],
    ['half \ud83e', 'half%20%EF%BF%BD'],
    ['[::1]', '%5B%3A%3A1%5D'],
    ['ci:', 'ci%3A'],
    ['ci://[::::]', 'ci%3A//%5B%3A%3A%3A%3A%5D'],
  ])('encodes %j where it must', (text, encoded) => {
    expect(uriReference(text).toLowerCase()).toBe(encoded.toLowerCase());
  });

  it('makes a URI reference of any text, and the same of that', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const reference = uriReference(text);
        expect([text, reference, isUriReference(reference)]).toEqual([text, reference, true]);
        expect(uriReference(reference)).toBe(reference);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('uri', () => {
  it('keeps the address of a page whose path is behind a hash, and of a place in it', () => {
    expect(uri('https://ci.example/#/builds/1#log')).toBe('https://ci.example/#/builds/1%23log');
  });

  it.each(['/builds/1', 'ci.example', '', 'ci:', 'ci:#log', 'ci://[::::]/builds', undefined])('is undefined for %s', (text) => {
    expect(uri(text)).toBeUndefined();
  });

  it('is a URI or undefined for any text, and a URI for any address of the web', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const address = uri(text);
        expect([text, address === undefined || isUri(address)]).toEqual([text, true]);
      }),
      { numRuns: 2_000 },
    );
    const anywhere = fc.tuple(fc.webUrl(), fc.constantFrom('/', '?', '#'), fc.string({ unit: 'binary' })).map((parts) => parts.join(''));
    fc.assert(fc.property(anywhere, (text) => isUri(uri(text))), { numRuns: 2_000 });
  });

  it('takes no longer for a long text than for its length', () => {
    const long = ['#', '?', ':', '/', '%', '[', 'a', 'a:', '/:', '@'].map((part) => `http://x/${part.repeat(100_000)} `);
    const startedAt = performance.now();
    long.forEach((text) => [uri(text), uriReference(text)]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('percentEncoded', () => {
  it('leaves only what stands for itself everywhere', () => {
    expect(percentEncoded("aZ9-._~ !'()*@/:?#[]%é")).toBe('aZ9-._~%20%21%27%28%29%2A%40%2F%3A%3F%23%5B%5D%25%C3%A9');
  });
});
