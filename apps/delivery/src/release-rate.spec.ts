import { eventually } from '@buildwire/testing';
import { describe, expect, it } from 'vitest';
import { ReleaseRate } from './release-rate.js';

const idle = () => 0;
/** New deliveries come all the time. */
const always = { get newestAtMs() { return Date.now(); } };

/** With nothing saved up. */
function pauseForPortion(rate: ReleaseRate): number {
  for (let count = rate.available(); count > 0; count = rate.available()) rate.take(count);
  return rate.pauseMs(1_000);
}

describe('the release rate', () => {
  it('gives a fifth of a second’s worth at first, then as much as time has passed', async () => {
    const startMs = performance.now();
    const rate = new ReleaseRate(100, always, idle);
    expect(rate.available()).toBe(20);
    rate.take(20);
    expect(rate.available()).toBeLessThan(10);
    await eventually(() => expect(rate.available()).toBeGreaterThanOrEqual(10));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(95);
  });

  it('saves up one delivery however low the rate is', async () => {
    const rate = new ReleaseRate(2, always, idle);
    expect(rate.available()).toBe(1);
    rate.take(1);
    expect(rate.available()).toBe(0);
    await eventually(() => expect(rate.available()).toBe(1));
  });

  it('gives way while the process is busy, down to a fifth, and comes back', async () => {
    let busy = 0.51;
    const rate = new ReleaseRate(500, always, () => busy);
    expect(rate.available()).toBe(20);
    await eventually(() => expect(pauseForPortion(rate)).toBeCloseTo(200, -1), { timeoutMs: 10_000 });

    busy = 0.5;
    await eventually(() => expect(pauseForPortion(rate)).toBeCloseTo(40, -1), { timeoutMs: 10_000 });
  });

  it('gives way to nothing while nothing new comes, however busy retries make the process', async () => {
    const recent = { newestAtMs: Date.now() };
    const rate = new ReleaseRate(500, recent, () => 1);
    await eventually(() => expect(pauseForPortion(rate)).toBeGreaterThan(45), { timeoutMs: 10_000 });
    await eventually(() => expect(pauseForPortion(rate)).toBeCloseTo(40, -1), { timeoutMs: 10_000 });
    expect(Date.now() - recent.newestAtMs).toBeGreaterThan(1_000);
  });

  it('hands out portions of a twenty-fifth of a second at high rates', () => {
    const rate = new ReleaseRate(5_000, always, idle);
    expect(rate.available()).toBe(200);
    rate.take(200);
    expect(rate.pauseMs(100)).toBe(0);
    expect(rate.available()).toBe(200);
  });

  it('pauses no longer than it is told', () => {
    const rate = new ReleaseRate(20, always, idle);
    expect(rate.pauseMs(100)).toBe(100);
  });

  it('sees by itself that the event loop is busy', async () => {
    const rate = new ReleaseRate(500, always);
    await eventually(() => {
      const untilMs = performance.now() + 100;
      while (performance.now() < untilMs) rate.available();
      expect(pauseForPortion(rate)).toBeGreaterThan(45);
    }, { timeoutMs: 10_000 });
  });
});
