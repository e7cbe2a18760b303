import { describe, expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { Targets } from './targets.js';

describe('the targets of a client', () => {
  it('are taken apart once', () => {
    const targets = new Targets(parseAllowList('none'));
    const target = targets.of('https://example.com:8443/a b?c#d');
    expect(target).toMatchObject({ origin: 'https://example.com:8443', path: '/a%20b?c' });
    expect(targets.of('https://example.com:8443/a b?c#d')).toBe(target);
  });

  it('are judged again each time when they may not be called', () => {
    const targets = new Targets(parseAllowList('none'));
    for (const _ of [1, 2]) expect(targets.of('http://127.0.0.1/')).toEqual({ kind: 'blocked', reason: 'the address is not public' });
  });

  it('are kept up to a bound, the oldest given up first', () => {
    const targets = new Targets(parseAllowList('none'));
    const urls = Array.from({ length: 10_001 }, (_, index) => `https://example.com/${index}`);
    const [first, second] = urls.map((url) => targets.of(url));
    expect(targets.of(urls[1] ?? '')).toBe(second);
    expect(targets.of(urls[0] ?? '')).not.toBe(first);
  });
});
