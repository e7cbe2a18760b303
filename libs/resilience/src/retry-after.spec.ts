import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayWithRetryAfter, parseRetryAfter } from './retry-after.js';

const now = Date.UTC(1994, 10, 6, 8, 49, 37);
const HOUR = 3_600_000;

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['  30  ', 30_000],
    ['1000000000', 1e12],
    ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
    ['Sunday, 06-Nov-94 08:50:37 GMT', 60_000],
    ['Sun Nov  6 08:50:37 1994', 60_000],
    ['Sun, 06 Nov 1994 08:48:37 GMT', 0],
  ])('E17: takes "%s"', (value, expectedMs) => {
    expect(parseRetryAfter(value, now)).toBe(expectedMs);
  });

  it.each([
    '', ' ', 'soon', 'abc', '-5', '1e9', '+5', '12.5', '1e3', '0x10', '300s', 'Tomorrow', '12345678901234567890', '30, 60', '٣٠', 'Infinity', 'Invalid Date',
    '1994-11-06', '1994-11-06T08:50:37Z', 'Sun, 06 Nov 1994 08:50:37', 'Sun, 06 Nov 1994 08:50:37 PST', 'Mon, 06 Nov 1994 08:50:37 GMT',
    'Sun, 31 Feb 1994 08:50:37 GMT', 'Sun, 06 Nov 1994 25:50:37 GMT', 'Sunday, 31-Feb-94 08:50:37 GMT', 'Sun Feb 30 08:50:37 1994',
  ])('E17: ignores "%s"', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });

  it('has nothing to say without the header', () => {
    expect(parseRetryAfter(undefined, now)).toBeUndefined();
    expect(parseRetryAfter([], now)).toBeUndefined();
  });

  it('E17: takes the largest valid one of several', () => {
    expect(parseRetryAfter(['30', 'soon', '90', '60'], now)).toBe(90_000);
    expect(parseRetryAfter(['soon', '-5'], now)).toBeUndefined();
  });

  it('gives a finite delay from now on, or nothing, whatever the endpoint writes', () => {
    fc.assert(fc.property(fc.string(), (value) => {
      const delay = parseRetryAfter(value, now);
      return delay === undefined || (Number.isFinite(delay) && delay >= 0);
    }));
  });
});

describe('delayWithRetryAfter', () => {
  it.each([
    ['keeps the schedule when nothing is asked', 5_000, undefined, 5_000],
    ['keeps the schedule when less is asked', 5_000, 1_000, 5_000],
    ['waits as long as asked', 5_000, 30_000, 30_000],
    ['waits at most an hour on a short schedule', 5_000, 1e12, HOUR],
    ['waits at most twice a long schedule', 5 * HOUR, 1e12, 10 * HOUR],
  ])('E17: %s', (_what, scheduledMs, askedMs, expectedMs) => {
    expect(delayWithRetryAfter(scheduledMs, askedMs)).toBe(expectedMs);
  });

  it('only ever delays, and within its cap', () => {
    fc.assert(fc.property(fc.nat(1e9), fc.option(fc.nat(), { nil: undefined }), (scheduledMs, askedMs) => {
      const delay = delayWithRetryAfter(scheduledMs, askedMs);
      return delay >= scheduledMs && delay <= Math.max(2 * scheduledMs, HOUR);
    }));
  });
});
