import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped as discordEscaped } from './discord-text.js';
import { duration, durationBetween } from './duration.js';
import { codeBlock, escaped as slackEscaped } from './slack-text.js';
import { firstLine, firstLines, fit, oneLine } from './text.js';
import { webUrl } from './web-url.js';

describe('a line of text', () => {
  it.each([
    ['two\r\nlines\tand  blanks ', 'two lines and blanks'],
    ['\u202egnp.exe\u202c', 'gnp.exe'],
    ['a\u200bb\u200dc\u2060d\ufeffe\u00adf\u061cg\u0000h\u001bi', 'abcdefghi'],
    ['half \ud83e pair', 'half \ufffd pair'],
    ['👨‍👩‍👧 ✔️ 👍🏽 🦊', '👨‍👩‍👧 ✔️ 👍🏽 🦊'],
    ['مرحبا', 'مرحبا'],
  ])('%j becomes %j', (text, expected) => {
    expect(oneLine(text, 100)).toBe(expected);
  });

  it.each(['', ' \n ', '\u200b\u2060', '\u3164', '\u2800', undefined, 7, null, {}])('%j is nothing', (text) => {
    expect(oneLine(text, 100)).toBeUndefined();
  });

  it('is cut by code points', () => {
    expect(oneLine('🦊🦊🦊', 3)).toBe('🦊🦊🦊');
    expect(oneLine('🦊🦊🦊🦊', 3)).toBe('🦊🦊…');
  });

  it('is the first one that says something', () => {
    expect(firstLine('\n \u200b\nFix it\n\nBecause.', 100)).toBe('Fix it');
    expect(firstLine('\n\n', 100)).toBeUndefined();
  });
});

describe('lines of text', () => {
  it('keep their indent and lose blank lines', () => {
    expect(firstLines('a\n\n  b  \u2028c', 8, 100)).toBe('a\n  b\nc');
    expect(firstLines('a\nb\nc', 2, 100)).toBe('a\nb …');
    expect(firstLines('\n', 2, 100)).toBeUndefined();
  });
});

describe('text that must fit', () => {
  it.each([
    ['slack', slackEscaped, '&lt;', '<<<<', '&lt;&lt;…'],
    ['discord', discordEscaped, '\\*', '******', '\\*\\*\\*\\*\\*…'],
  ])('is never cut through an escape of %s', (_, escaped, escape, text, expected) => {
    expect(escaped(text, 11)).toBe(expected);
    expect(escaped(text.slice(0, 1), escape.length)).toBe(escape);
  });

  it('has at most as many characters as asked for, and an ellipsis only if something is missing', () => {
    const escape = (character: string) => (character === '&' ? '&amp;' : character);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('&', 'a', '🦊') }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const fitted = fit(text, max, escape);
        expect(fitted.length).toBeLessThanOrEqual(max);
        expect(fitted.endsWith('…')).toBe(text.replaceAll('&', '&amp;').length > max);
        expect(fitted.isWellFormed()).toBe(true);
      }),
    );
  });

  it('cannot leave a block of code', () => {
    expect(codeBlock('``` <!channel> ```', 100)).toBe("```''' &lt;!channel&gt; '''```");
  });
});

describe('an address', () => {
  it.each([
    ['https://ci.example/b/1842?tab=logs&x=(1)#L3', 'https://ci.example/b/1842?tab=logs&x=(1)#L3'],
    ['HTTP://CI.example:8080', 'http://ci.example:8080/'],
    ['https://[::1]:8443/x', 'https://[::1]:8443/x'],
    ["https://e.example/a|b>c<d\"e'f`g{h}i j^k?l|m'n", 'https://e.example/a%7Cb%3Ec%3Cd%22e%27f%60g%7Bh%7Di%20j%5Ek?l%7Cm%27n'],
    ['https://e.example/日本?🦊', 'https://e.example/%E6%97%A5%E6%9C%AC?%F0%9F%A6%8A'],
    ['https://e.example/%zz?[a]#b#c', 'https://e.example/%25zz?%5Ba%5D#b%23c'],
    ['https://google.com@evil.example/', 'https://evil.example/'],
  ])('%s is written as %s', (given, expected) => {
    expect(webUrl(given, 2_000)).toBe(expected);
  });

  it.each(['', 'x.zip', '/b/1', 'javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'slack://open', 'ftp://e.example/x', "https://e'`.example/", undefined, 7])('%j is none', (given) => {
    expect(webUrl(given, 2_000)).toBeUndefined();
  });

  it('is none when it is longer than its place', () => {
    expect(webUrl('https://e.example/12', 20)).toBe('https://e.example/12');
    expect(webUrl('https://e.example/12', 19)).toBeUndefined();
    expect(webUrl('https://e.example/||', 22)).toBeUndefined();
  });
});

describe('a duration', () => {
  it.each([
    [0, '0s'],
    [59_999, '59s'],
    [763_000, '12m 43s'],
    [3_600_000, '1h 0m'],
    [86_399_999, '23h 59m'],
    [90_000_000, '1d 1h'],
  ])('of %i ms reads %s', (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });

  it('is unknown when time runs backwards or is not known', () => {
    expect(duration(-1)).toBeUndefined();
    expect(duration(Number.NaN)).toBeUndefined();
    expect(durationBetween('2026-05-10T14:00:00.000000Z', undefined)).toBeUndefined();
    expect(durationBetween('2026-05-10T14:00:01.000000Z', '2026-05-10T14:00:00.000000Z')).toBeUndefined();
  });
});
