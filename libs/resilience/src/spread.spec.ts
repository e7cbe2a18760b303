import { describe, expect, it } from 'vitest';
import { Spread } from './spread.js';

describe('turns', () => {
  it('come one interval apart, in the order in which they were asked for', () => {
    const spread = new Spread();
    const next = () => spread.next({ fromMs: 1_000, everyMs: 100, horizonMs: 10_000 });
    expect([next(), next(), next()]).toEqual([1_000, 1_100, 1_200]);
    expect([spread.isAhead(1_199), spread.isAhead(1_200)]).toEqual([true, false]);
  });

  it('do not wait for turns that are over', () => {
    const spread = new Spread();
    spread.next({ fromMs: 1_000, everyMs: 100, horizonMs: 10_000 });
    expect(spread.next({ fromMs: 5_000, everyMs: 100, horizonMs: 10_000 })).toBe(5_000);
  });

  it('are drawn by lot beyond the horizon, and leave the order before it alone', () => {
    const spread = new Spread(() => 0.25);
    const next = (horizonMs: number) => spread.next({ fromMs: 1_000, everyMs: 600, horizonMs });
    expect([next(1_000), next(1_000), next(1_000), next(5_000)]).toEqual([1_000, 1_600, 1_250, 2_200]);
  });
});
