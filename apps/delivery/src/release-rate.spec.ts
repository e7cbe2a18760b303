import { eventually } from '@buildwire/testing';
import { describe, expect, it } from 'vitest';
import { ReleaseRate } from './release-rate.js';

describe('the release rate', () => {
  it('gives a fifth of a second’s worth at first, then as much as time has passed', async () => {
    const startMs = performance.now();
    const rate = new ReleaseRate(100);
    expect(rate.available()).toBe(20);
    rate.take(20);
    expect(rate.available()).toBeLessThan(10);
    await eventually(() => expect(rate.available()).toBeGreaterThanOrEqual(10));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(95);
  });

  it('saves up one delivery however low the rate is', async () => {
    const rate = new ReleaseRate(2);
    expect(rate.available()).toBe(1);
    rate.take(1);
    expect(rate.available()).toBe(0);
    await eventually(() => expect(rate.available()).toBe(1));
  });
});
