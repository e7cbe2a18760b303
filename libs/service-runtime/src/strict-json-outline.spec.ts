import { ProblemError } from '@buildwire/contracts';
import fc from 'fast-check';
import { parseTree } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.js';

/*
 * Most bodies are proved to be fine without the visitor that names faults. Here are texts that JSON.stringify never writes, judged
 * by keys, strings and numbers as they stand in the text.
 */
describe('a text of any JSON writer', () => {
  const character = fc.constantFrom('a', 'é', '😀', ':', '{', '[', '\\"', '\\\\', '\\/', '\\n', '\\u0061', '\\u0000', '\\\\u0000', '\\ud83d', '\\uDE00', '\\ud83d\\ude00');
  const string = fc.array(character, { maxLength: 3 }).map((characters) => `"${characters.join('')}"`);
  const key = fc.oneof(string, fc.constantFrom('"a"', '"\\u0061"', '"b"', '"__proto__"', '"constructor"', '""'));
  const number = fc.constantFrom('0', '-0.0', '1.5e-7', '9007199254740991', '9007199254740992', '-9007199254740993', '1e16', '1e400', '0.1e17');
  const { value } = fc.letrec<{ value: string }>((tie) => {
    const list = fc.array(tie('value'), { maxLength: 3 }).map((items) => `[ ${items.join(' ,')}]`);
    const object = fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => `{${entries.map((entry) => entry.join(' : ')).join(',\n')} }`);
    return { value: fc.oneof({ maxDepth: 4 }, fc.constantFrom('null', 'true', 'false'), string, number, list, object) };
  });

  it('is refused if and only if something in it is ambiguous', () => {
    const seen = { fine: 0, ambiguous: 0 };
    fc.assert(
      fc.property(value, (text) => {
        const isFine = isUnambiguousTree(parseTree(text));
        seen[isFine ? 'fine' : 'ambiguous']++;
        expect([text, isTaken(text)]).toEqual([text, isFine]);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.fine, seen.ambiguous)).toBeGreaterThan(100);
  });
});

function isUnambiguousTree(node: Node | undefined): boolean {
  const { type, value, children = [] } = node ?? { type: 'null' };
  if (type === 'string') return value.isWellFormed() && !value.includes('\0');
  if (type === 'number') return Number.isSafeInteger(value) || Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const keys = type === 'object' ? children.map((property) => property.children?.[0]?.value as string) : [];
  return new Set(keys).size === keys.length && children.every(isUnambiguousTree);
}

function isTaken(text: string): boolean {
  try {
    parseStrictJson(Buffer.from(text));
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'malformed_json') return false;
    throw error;
  }
}
