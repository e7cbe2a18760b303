import { standardSchedule } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDelayMs } from './retry-schedule.js';

const middle = () => 0.5;

describe('nextDelayMs', () => {
  it('follows the Standard Webhooks schedule for ten attempts, the last 75:35:05 after the first', () => {
    const delays = Array.from({ length: 9 }, (_, index) => nextDelayMs(standardSchedule, index + 1, middle));
    expect(delays.map((delay) => (delay ?? 0) / 1_000)).toEqual([5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
    expect(standardSchedule.reduce((sum, delay) => sum + delay)).toBe(75 * 3_600 + 35 * 60 + 5);
    expect(nextDelayMs(standardSchedule, 10, middle)).toBeUndefined();
  });

  it('makes one attempt with an empty schedule', () => {
    expect(nextDelayMs([], 1, middle)).toBeUndefined();
  });

  it('retries at once when the schedule says zero', () => {
    expect(nextDelayMs([0], 1, middle)).toBe(0);
  });

  it('stays within 20 % of the schedule and uses both sides of it', () => {
    const inside = fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (attempt, drawn) => {
      const scheduledMs = (standardSchedule[attempt - 1] ?? 0) * 1_000;
      const delayMs = nextDelayMs(standardSchedule, attempt, () => drawn) ?? -1;
      return delayMs >= 0.8 * scheduledMs && delayMs <= 1.2 * scheduledMs;
    });
    fc.assert(inside);
    expect(nextDelayMs([100], 1, () => 0)).toBe(80_000);
    expect(nextDelayMs([100], 1, () => 0.999999)).toBe(120_000);
  });
});
