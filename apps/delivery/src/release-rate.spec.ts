import { eventually } from '@buildwire/testing';
import { describe, expect, it } from 'vitest';
import { ReleaseRate } from './release-rate.js';

const idle = () => 0;

function pauseNow(rate: ReleaseRate): number {
  rate.available();
  return rate.pauseMs(1_000);
}

describe('the release rate', () => {
  it('gives a fifth of a second’s worth at first, then as much as time has passed', async () => {
    const startMs = performance.now();
    const rate = new ReleaseRate(100, idle);
    expect(rate.available()).toBe(20);
    rate.take(20);
    expect(rate.available()).toBeLessThan(10);
    await eventually(() => expect(rate.available()).toBeGreaterThanOrEqual(10));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(95);
  });

  it('saves up one delivery however low the rate is', async () => {
    const rate = new ReleaseRate(2, idle);
    expect(rate.available()).toBe(1);
    rate.take(1);
    expect(rate.available()).toBe(0);
    await eventually(() => expect(rate.available()).toBe(1));
  });

  it('gives way while the process is busy, down to a fifth, and comes back', async () => {
    let busy = 0.71;
    const rate = new ReleaseRate(500, () => busy);
    expect(rate.pauseMs(1_000)).toBe(40);
    await eventually(() => expect(pauseNow(rate)).toBe(200), { timeoutMs: 10_000 });
    expect(rate.available()).toBeLessThanOrEqual(20);
    expect(rate.pauseMs(100)).toBe(100);

    busy = 0.7;
    await eventually(() => expect(pauseNow(rate)).toBe(40), { timeoutMs: 10_000 });
  });

  it('sees by itself that the event loop is busy', async () => {
    const rate = new ReleaseRate(500);
    await eventually(() => {
      const untilMs = performance.now() + 100;
      while (performance.now() < untilMs) rate.available();
      expect(rate.pauseMs(1_000)).toBeGreaterThan(40);
    }, { timeoutMs: 10_000 });
  });
});
