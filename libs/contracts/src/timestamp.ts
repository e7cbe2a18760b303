import { z } from 'zod';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;
/** What nearly everybody sends, and only dates that exist; 29 February is left to the calendar. */
const COMMON = /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const SECONDS = '2026-05-10T14:23:45'.length;
const MICROSECONDS = '2026-05-10T14:23:45.123456Z'.length;

/**
 * An instant as RFC 3339 with any offset in, and as UTC with six fractional digits out. A JavaScript Date holds
 * milliseconds only, so the fraction is kept as text and cut, never rounded: rounding could move an end past its start.
 */
export const timestamp = z
  .string()
  .transform((text, context) => {
    const instant = COMMON.test(text) ? commonToMicroseconds(text) : toMicroseconds(text);
    if (instant !== undefined) return instant;
    // `continue`: what else is wrong with the value around it is told as well.
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time such as 2026-05-10T14:23:45.123Z', continue: true });
    return text;
  })
  .meta({ id: 'Timestamp', format: 'date-time', examples: ['2026-05-10T14:23:45.123000Z'] });

/** The instant of epoch milliseconds in the same notation. */
export function timestampOf(timeMs: number): string {
  if (timeMs !== latest.timeMs) latest = { timeMs, text: new Date(timeMs).toISOString().replace('Z', '000Z') };
  return latest.text;
}

/** Many events arrive in one millisecond. */
let latest = { timeMs: Number.NaN, text: '' };

/** Whole milliseconds since the epoch; the microseconds are cut. */
export function millisecondsOf(instant: string): number {
  return Date.parse(`${instant.slice(0, 23)}Z`);
}

/** Without the calendar: three Dates take 5 µs, and an event has several instants. */
function commonToMicroseconds(text: string): string {
  if (text.length === MICROSECONDS) return text;
  return `${text.slice(0, SECONDS)}.${text.slice(SECONDS + 1, -1).slice(0, 6).padEnd(6, '0')}Z`;
}

function toMicroseconds(text: string): string | undefined {
  const [, date, time, fraction = '', offset = 'Z'] = RFC_3339.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const seconds = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  if (Number.isNaN(seconds) || !isRealDate(date)) return undefined;
  const utc = new Date(seconds).toISOString();
  // An offset can move an instant out of the years 0 to 9999, which ISO then writes with a sign and six digits.
  if (utc.length !== '2026-05-10T14:23:45.123Z'.length) return undefined;
  return `${utc.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

/** Date.parse rolls 30 February over into March. */
function isRealDate(date: string): boolean {
  const parsed = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(date);
}
