import { MAX_DEPTH, ProblemError } from '@buildwire/contracts';
import type { Fault } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.js';

describe('strict JSON', () => {
  it.each([
    ['empty', ''],
    ['blank', ' \n'],
    ['cut short', '{"a":'],
    ['an open string', '"abc'],
    ['a comma too many', '[1,]'],
    ['a comma too many in an object', '{"a":1,}'],
    ['two values', '{} {}'],
    ['something before', 'x{}'],
    ['a comment', '{"a":1} // b'],
    ['single quotes', "{'a':1}"],
    ['a bare key', '{a:1}'],
    ['a leading zero', '[01]'],
    ['NaN', '[NaN]'],
    ['a raw NUL', '"a\0b"'],
    ['a raw line break in a string', '"a\nb"'],
    ['an unknown escape', '"\\x41"'],
    ['a closing bracket too many', '[]]'],
    ['the wrong closing bracket', '[}'],
  ])('refuses text that is malformed: %s', (_what, text) => {
    expect(problemWith(text)).toMatchObject({ code: 'malformed_json', faults: [] });
    expect(problemWith(text)?.detail).toBeTruthy();
  });

  it.each([
    ['a truncated sequence', [0x22, 0xe2, 0x82, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['Latin-1', [0x22, 0xe4, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x31, 0x00]],
  ])('refuses bytes that are not UTF-8: %s', (_what, bytes) => {
    expect(problemWith(Uint8Array.from(bytes))).toMatchObject({ code: 'malformed_json', detail: 'is not UTF-8' });
  });

  it('refuses a byte order mark', () => {
    expect(problemWith('\ufeff{}')?.code).toBe('malformed_json');
  });

  it.each<[string, string, string[]]>([
    ['at the top', '{"a":1,"b":2,"a":3}', ['/a']],
    ['nested', '{"o":{"a":1,"a":2}}', ['/o/a']],
    ['in a list', '[0,{"a":1,"a":2}]', ['/1/a']],
    ['three times', '{"a":1,"a":2,"a":3}', ['/a', '/a']],
    ['escaped differently', String.raw`{"a":1,"\u0061":2}`, ['/a']],
    ['with a slash and a tilde', '{"a/b":{"c~d":1,"c~d":2}}', ['/a~1b/c~0d']],
    ['around an object that has it too', '{"a":{"a":1},"a":2}', ['/a']],
    ['empty', '{"":1,"":2}', ['/']],
    ['__proto__', '{"__proto__":1,"__proto__":2}', ['/__proto__']],
  ])('refuses a key that stands twice in one object: %s', (_where, text, pointers) => {
    expect(faultsOf(text)).toEqual(pointers.map((pointer) => ({ pointer, detail: 'stands twice in one object' })));
  });

  it('takes one key in several objects', () => {
    expect(parse('{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":3}}')).toEqual({ a: { a: [{ a: 1 }, { a: 2 }] }, b: { a: 3 } });
  });

  it.each([
    ['NUL in a value', String.raw`{"a":["x\u0000"]}`, '/a/0', 'holds a NUL character'],
    ['NUL in a key', String.raw`{"a\u0000":1}`, '/a\0', 'holds a NUL character'],
    ['a lone high surrogate', String.raw`["\ud83d"]`, '/0', 'holds half of a surrogate pair'],
    ['a lone low surrogate', String.raw`["\ude00"]`, '/0', 'holds half of a surrogate pair'],
    ['surrogates in the wrong order', String.raw`["\ude00\ud83d"]`, '/0', 'holds half of a surrogate pair'],
    ['half a pair in a key', String.raw`{"o":{"\ud83d":1}}`, '/o/\ud83d', 'holds half of a surrogate pair'],
    ['half a pair as the whole body', String.raw`"\udbff"`, '', 'holds half of a surrogate pair'],
  ])('refuses text that not every reader keeps: %s', (_what, text, pointer, detail) => {
    expect(faultsOf(text)).toEqual([{ pointer, detail }]);
  });

  it('takes a whole pair, escaped or not', () => {
    expect(parse(String.raw`["\ud83d\ude00","😀"]`)).toEqual(['😀', '😀']);
  });

  it.each(['9007199254740992', '9007199254740993', '-9007199254740992', '-9007199254740993', '1e16', '-1e300', '9007199254740992.0'])(
    'refuses %s, where doubles lose digits',
    (number) => {
      expect(faultsOf(`{"n":${number}}`)).toEqual([{ pointer: '/n', detail: 'is past 2^53, where numbers lose digits; send it as a string' }]);
    },
  );

  it.each(['1e400', '-1e400'])('refuses %s, which no double holds', (number) => {
    expect(faultsOf(`[${number}]`)).toEqual([{ pointer: '/0', detail: 'is too large for a number' }]);
  });

  it.each(['9007199254740991', '-9007199254740991', '0.1', '1e15', '0', '-1.5e-7'])('takes the number %s', (number) => {
    expect(parse(`[${number}]`)).toEqual([Number(number)]);
  });

  it('names every fault of a body, up to twenty', () => {
    expect(faultsOf(String.raw`{"a":1,"a":"\u0000","b":[1e16]}`)?.map(({ pointer }) => pointer)).toEqual(['/a', '/a', '/b/0']);
    expect(faultsOf(`[${'1e16,'.repeat(50)}0]`)).toHaveLength(20);
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])(`takes ${MAX_DEPTH} levels of %s and refuses one more`, (_what, open, close) => {
    const nested = (levels: number) => `${open.repeat(levels - 1)}${open === '[' ? '[]' : '{}'}${close.repeat(levels - 1)}`;
    expect(problemWith(nested(MAX_DEPTH))).toBeUndefined();
    expect(problemWith(nested(MAX_DEPTH + 1))).toMatchObject({ code: 'malformed_json', detail: `nests deeper than ${MAX_DEPTH} levels` });
  });

  it('refuses a million levels, closed or not', () => {
    expect(problemWith('['.repeat(1_000_000))?.detail).toMatch(/nests deeper/);
    expect(problemWith('{"a":'.repeat(1_000_000))?.detail).toMatch(/nests deeper/);
  });

  it('counts no brackets inside strings', () => {
    const text = '[{'.repeat(500) + String.raw`\"[{\\`;
    expect(problemWith(`{"a":"${text}","b":["${text}"]}`)).toBeUndefined();
    expect(problemWith(`{"a":"\\\\","b":${'['.repeat(MAX_DEPTH + 1)}`)?.detail).toMatch(/nests deeper/);
  });

  it('keeps __proto__ an ordinary key', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  it('reads every unambiguous value as JSON.parse does', () => {
    const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }).map((value) => JSON.stringify(value)).filter(isUnambiguous);
    fc.assert(
      fc.property(json, (text) => {
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });
});

/** What the random values may hold that is refused for a reason: fast-check makes doubles of all sizes, and NUL. */
function isUnambiguous(text: string): boolean {
  let isFine = !text.includes(String.raw`\u0000`);
  JSON.parse(text, (_key, value: unknown) => {
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) isFine = false;
    return value;
  });
  return isFine;
}

function parse(text: string): unknown {
  return parseStrictJson(Buffer.from(text));
}

function faultsOf(text: string): readonly Fault[] | undefined {
  return problemWith(text)?.faults;
}

function problemWith(text: string | Uint8Array): ProblemError | undefined {
  try {
    parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}
