/** Spreads the retries of many deliveries that failed together. */
const JITTER = 0.2;

/**
 * How long to wait, in ms, after attempt number `attempt` (from 1) failed: the scheduled seconds ±20 %.
 * Undefined when the schedule is exhausted; an empty schedule means one attempt.
 */
export function nextDelayMs(schedule: readonly number[], attempt: number, random: () => number): number | undefined {
  const seconds = schedule[attempt - 1];
  if (seconds === undefined) return undefined;
  return jittered(seconds * 1_000, random);
}

/** The duration ±20 %, whole ms; `random` gives numbers from 0 up to 1. */
export function jittered(durationMs: number, random: () => number): number {
  return Math.round(durationMs * (1 - JITTER + 2 * JITTER * random()));
}
