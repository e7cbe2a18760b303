import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { millisecondsOf, timestamp, timestampOf } from './timestamp.js';

describe('timestamp', () => {
  it.each([
    ['milliseconds', '2026-05-10T14:23:45.123Z', '2026-05-10T14:23:45.123000Z'],
    ['no fraction', '2026-05-10T14:23:45Z', '2026-05-10T14:23:45.000000Z'],
    ['one digit', '2026-05-10T14:23:45.1Z', '2026-05-10T14:23:45.100000Z'],
    ['microseconds', '2018-08-24T14:49:01.462549+00:00', '2018-08-24T14:49:01.462549Z'],
    ['nanoseconds, cut and not rounded', '2026-05-10T14:23:45.999999999Z', '2026-05-10T14:23:45.999999Z'],
    ['the last moment of a year', '2025-12-31T23:59:59.9999999Z', '2025-12-31T23:59:59.999999Z'],
    ['an offset ahead', '2026-05-10T01:30:00.5+05:30', '2026-05-09T20:00:00.500000Z'],
    ['an offset behind, over the end of a year', '2025-12-31T20:00:00-08:00', '2026-01-01T04:00:00.000000Z'],
    ['the unknown offset', '2026-05-10T14:23:45-00:00', '2026-05-10T14:23:45.000000Z'],
    ['lower case', '2026-05-10t14:23:45.5z', '2026-05-10T14:23:45.500000Z'],
    ['29 February of a leap year', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
    ['before the epoch', '1969-12-31T23:59:59.25Z', '1969-12-31T23:59:59.250000Z'],
    ['its own output', '2026-05-10T14:23:45.123456Z', '2026-05-10T14:23:45.123456Z'],
  ])('takes %s', (_, given, expected) => {
    expect(timestamp.parse(given)).toBe(expected);
  });

  it.each([
    ['30 February', '2026-02-30T00:00:00Z'],
    ['29 February of a common year', '2026-02-29T00:00:00Z'],
    ['31 April', '2026-04-31T12:00:00+02:00'],
    ['a thirteenth month', '2026-13-01T00:00:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['hour 24', '2026-05-10T24:00:00Z'],
    ['minute 60', '2026-05-10T14:60:00Z'],
    ['no offset', '2026-05-10T14:23:45'],
    ['an offset without a colon', '2026-05-10T14:23:45+0200'],
    ['an offset that no clock has', '2026-05-10T14:23:45+25:00'],
    ['both a Z and an offset', '2018-02-13T20:35:46.486541Z+00:00'],
    ['a blank for the T', '2026-05-10 14:23:45Z'],
    ['a date alone', '2026-05-10'],
    ['an empty fraction', '2026-05-10T14:23:45.Z'],
    ['epoch milliseconds', '1778423025123'],
    ['a year before 0 after the offset', '0000-01-01T00:00:00+01:00'],
    ['a year after 9999 after the offset', '9999-12-31T23:59:59-01:00'],
    ['a trailing newline', '2026-05-10T14:23:45Z\n'],
    ['nothing', ''],
  ])('refuses %s', (_, given) => {
    expect(timestamp.safeParse(given).success).toBe(false);
  });
});

describe('a date', () => {
  const days = Array.from({ length: 31 }, (_, index) => index + 1);
  const months = Array.from({ length: 12 }, (_, index) => index + 1);
  const two = (number: number) => String(number).padStart(2, '0');
  const exists = (date: string) => !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);

  it.each([1900, 2000, 2023, 2024])('of %s is taken if it exists, however its time is written', (year) => {
    const dates = months.flatMap((month) => days.map((day) => `${year}-${two(month)}-${two(day)}`));
    for (const date of dates) {
      const taken = ['T10:00:00Z', 'T10:00:00.5Z', 't10:00:00z', 'T10:00:00+00:00'].map((time) => timestamp.safeParse(`${date}${time}`).success);
      expect([date, ...taken]).toEqual([date, ...taken.map(() => exists(date))]);
    }
  });
});

describe('a value with a wrong instant', () => {
  it('is told what else is wrong with it', () => {
    const fields = z.object({ at: timestamp }).refine(() => false, 'is wrong');
    expect(fields.safeParse({ at: 'now' }).error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['at', 'must be an RFC 3339 time such as 2026-05-10T14:23:45.123Z'],
      ['', 'is wrong'],
    ]);
  });
});

describe('timestampOf and millisecondsOf', () => {
  it('are each other’s inverse for whole milliseconds', () => {
    expect(timestampOf(1_778_423_025_123)).toBe('2026-05-10T14:23:45.123000Z');
    expect(millisecondsOf('2026-05-10T14:23:45.123000Z')).toBe(1_778_423_025_123);
  });

  it('cut microseconds', () => {
    expect(millisecondsOf('2026-05-10T14:23:45.123999Z')).toBe(1_778_423_025_123);
  });
});
