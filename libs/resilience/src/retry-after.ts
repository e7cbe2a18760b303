/** Ten digits of seconds are 300 years; more is not a delay but an overflow being tried. */
const SECONDS = /^\d{1,10}$/;
/** `Sunday, 06-Nov-94 08:49:37 GMT` (obsolete, RFC 850). */
const RFC_850 = /^[A-Z][a-z]+day, (\d{2})-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
/** `Sun Nov  6 08:49:37 1994` (obsolete, asctime). */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} ([ \d]\d) \d{2}:\d{2}:\d{2} \d{4}$/;

const HOUR_MS = 3_600_000;

/** What `Retry-After` asks for, in ms from now, by RFC 9110 10.2.3; of several headers the largest valid one, undefined if none is. */
export function parseRetryAfter(values: string | readonly string[] | undefined, nowMs: number): number | undefined {
  if (values === undefined) return undefined;
  const delays = (typeof values === 'string' ? [values] : values)
    .map((value) => delayMs(value.trim(), nowMs))
    .filter((delay) => delay !== undefined);
  return delays.length === 0 ? undefined : Math.max(...delays);
}

/**
 * The delay to use when an endpoint asked for one: never earlier than the schedule, and at most the larger of
 * twice the scheduled delay and one hour, so that no endpoint can park a delivery for a year.
 */
export function delayWithRetryAfter(delayMs: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs === undefined) return delayMs;
  return Math.max(delayMs, Math.min(retryAfterMs, Math.max(2 * delayMs, HOUR_MS)));
}

function delayMs(value: string, nowMs: number): number | undefined {
  if (SECONDS.test(value)) return Number(value) * 1_000;
  const at = httpDate(value);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

function httpDate(value: string): number | undefined {
  return imfFixdate(value) ?? obsoleteDate(value, RFC_850, value) ?? obsoleteDate(value, ASCTIME, `${value} GMT`);
}

// Date.parse takes "-5" and "12.5" for dates, so only what prints back to itself counts.
function imfFixdate(value: string): number | undefined {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return undefined;
  return at.toUTCString() === value ? at.getTime() : undefined;
}

function obsoleteDate(value: string, form: RegExp, parseable: string): number | undefined {
  const day = form.exec(value)?.[1];
  if (day === undefined) return undefined;
  const at = new Date(parseable);
  // February 30th is not March 2nd.
  return at.getUTCDate() === Number(day) ? at.getTime() : undefined;
}
