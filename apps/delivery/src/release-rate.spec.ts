import { eventually } from '@buildwire/testing';
import { describe, expect, it } from 'vitest';
import { ReleaseRate } from './release-rate.js';

describe('the release rate', () => {
  it('gives a second’s worth at first, then as much as time has passed', async () => {
    const startMs = performance.now();
    const rate = new ReleaseRate(100);
    expect(rate.available()).toBe(100);
    rate.take(100);
    expect(rate.available()).toBeLessThan(10);
    await eventually(() => expect(rate.available()).toBeGreaterThanOrEqual(10));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(95);
  });

  it('saves up one delivery, and no more than a second’s worth', async () => {
    const rate = new ReleaseRate(2);
    rate.take(2);
    await eventually(() => expect(rate.available()).toBe(1));
    expect(new ReleaseRate(2).available()).toBe(2);
  });
});
