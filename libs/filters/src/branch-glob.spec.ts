import fc from 'fast-check';
import { minimatch } from 'minimatch';
import { describe, expect, it } from 'vitest';
import { matchesBranches, matchesGlob } from './branch-glob.js';

const BRANCHES = ['main', 'maintenance', 'release', 'release/1', 'release/1/2', 'feature/a', 'feature/a/b', 'fix', 'x/fix', 'x/y/fix', 'v1', 'v10', 'a.b', 'axb', '[ab]', '(a|b)', 'ä/ö', '.hidden'];

describe('a branch pattern', () => {
  it.each([
    ['main', ['main']],
    ['release/*', ['release/1']],
    ['release/**', ['release/1', 'release/1/2']],
    ['feature/**/b', ['feature/a/b']],
    ['**/fix', ['fix', 'x/fix', 'x/y/fix']],
    ['*/fix', ['x/fix']],
    ['v?', ['v1']],
    ['main*', ['main', 'maintenance']],
    ['**', BRANCHES],
    ['*', BRANCHES.filter((branch) => !branch.includes('/'))],
    ['a.b', ['a.b']],
    ['[ab]', ['[ab]']],
    ['(a|b)', ['(a|b)']],
    ['?/ö', ['ä/ö']],
    ['**x**', ['x/fix', 'x/y/fix', 'axb', 'fix']],
    ['Main', []],
    ['', []],
  ])('%j fits what it says', (pattern, expected) => {
    expect(BRANCHES.filter((branch) => matchesGlob(pattern, branch)).sort()).toEqual([...expected].sort());
  });

  it('fits what minimatch says it fits', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 }).filter((text) => !text.includes('**') && text.split('*').length <= 3);
    const pattern = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const branch = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(fc.property(pattern, branch, (glob, text) => matchesGlob(glob, text) === minimatch(text, glob, { dot: true })), { numRuns: 2_000 });
  });

  it('takes no time that anybody could notice, whatever it holds', () => {
    const started = performance.now();
    expect(matchesGlob(`${'*a'.repeat(99)}b`, 'a'.repeat(255))).toBe(false);
    expect(matchesGlob(`${'**/'.repeat(66)}b`, 'a/'.repeat(127))).toBe(false);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it('fits no branch that Git would not take', () => {
    expect(matchesGlob('**', 'a'.repeat(255))).toBe(true);
    expect(matchesGlob('**', 'a'.repeat(256))).toBe(false);
  });
});

describe('branch patterns', () => {
  it.each([
    [['main', 'release/*'], ['main', 'release/1']],
    [['!main'], BRANCHES.filter((branch) => branch !== 'main')],
    [['release/**', '!release/*/*'], ['release/1']],
    [['!release/*/*', 'release/**'], ['release/1']],
  ])('%j fit together, in any order', (patterns, expected) => {
    expect(BRANCHES.filter((branch) => matchesBranches(patterns, branch))).toEqual(expected);
  });
});
