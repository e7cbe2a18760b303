import { describe, expect, it } from 'vitest';
import { AdaptiveLimit } from './adaptive-limit.js';

describe('the adaptive limit', () => {
  it('is the cap while the endpoint keeps up', () => {
    const limit = new AdaptiveLimit();
    limit.succeeded(10, 10);
    expect([limit.allowed(10), limit.isFull]).toEqual([10, true]);
  });

  it('falls by a tenth with each slow answer, down to one (E21)', () => {
    const limit = new AdaptiveLimit();
    const allowed = Array.from({ length: 30 }, () => {
      limit.slowed(10);
      return limit.allowed(10);
    });
    expect(allowed.slice(0, 5)).toEqual([9, 8, 7, 6, 5]);
    expect(allowed.at(-1)).toBe(1);
  });

  it('rises by one with each success while half of it is in use, up to the cap', () => {
    const limit = new AdaptiveLimit();
    for (let slow = 0; slow < 30; slow++) limit.slowed(10);
    limit.succeeded(10, 1);
    expect(limit.allowed(10)).toBe(2);
    limit.succeeded(10, 0);
    expect(limit.allowed(10)).toBe(2);
    for (let success = 0; success < 8; success++) limit.succeeded(10, limit.allowed(10));
    expect([limit.allowed(10), limit.isFull]).toEqual([10, true]);
  });

  it('follows a cap that changes', () => {
    const limit = new AdaptiveLimit();
    limit.slowed(10);
    expect([limit.allowed(4), limit.allowed(20)]).toEqual([4, 9]);
  });
});
