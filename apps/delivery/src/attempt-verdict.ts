import type { DeliveryRendered, Outcome, Verdict } from '@buildwire/contracts';
import type { SendResult } from '@buildwire/outbound-http';
import { countsOfStatus, delayWithRetryAfter, nextDelayMs, parseRetryAfter, standardSchedule } from '@buildwire/resilience';
import type { Counts } from '@buildwire/resilience';

/** What an attempt came to, and what is to happen next. */
export interface Judgement {
  outcome: Outcome;
  reason?: string;
  verdict: Verdict;
  nextAttemptAtMs?: number;
}

/** The endpoint says that it is gone for good: https://www.standardwebhooks.com, "410 Gone". */
const GONE = 410;
/** The endpoint asks for time: `Retry-After` counts with these only. */
const ASKS_FOR_TIME = new Set([429, 503]);

/** Judges an attempt by the Standard Webhooks rules: 2xx succeeds, 410 ends, everything else is tried again on schedule. */
export function judge(delivery: DeliveryRendered, result: SendResult, schedule: readonly number[] | undefined, now: { timeMs: number; random: () => number }): Judgement {
  if (result.kind === 'answered' && isSuccess(result.statusCode)) return { outcome: 'accepted', verdict: 'succeeded' };

  const { outcome, reason } = failureOf(result);
  if (delivery.trigger === 'resend') return { outcome, reason, verdict: 'unchanged' };
  if (isPermanent(result)) return { outcome, reason: `${reason}; this is final`, verdict: 'exhausted' };

  const delayMs = nextDelayMs(schedule ?? standardSchedule, delivery.attempt, now.random);
  if (delayMs === undefined) return { outcome, reason: `${reason}; no retry is left`, verdict: 'exhausted' };
  return { outcome, reason, verdict: 'waiting', nextAttemptAtMs: now.timeMs + delayWithRetryAfter(delayMs, retryAfterOf(result, now.timeMs)) };
}

/** What an attempt says about the endpoint's health. Our own mistakes say nothing. */
export function countsOf(result: SendResult): Counts {
  if (result.kind === 'answered') return countsOfStatus(result.statusCode);
  return result.failure === 'blocked_address' || result.failure === 'invalid_request' ? 'neither' : 'failure';
}

function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** A request that cannot be made will not become possible by waiting. */
function isPermanent(result: SendResult): boolean {
  return result.kind === 'answered' ? result.statusCode === GONE : result.failure === 'invalid_request';
}

function failureOf(result: SendResult): { outcome: Outcome; reason: string } {
  if (result.kind === 'failed') return { outcome: result.failure, reason: result.detail };
  return { outcome: 'rejected', reason: `the endpoint answered ${result.statusCode}` };
}

function retryAfterOf(result: SendResult, nowMs: number): number | undefined {
  if (result.kind !== 'answered' || !ASKS_FOR_TIME.has(result.statusCode)) return undefined;
  const values = result.headers.filter(([name]) => name.toLowerCase() === 'retry-after').map(([, value]) => value);
  return parseRetryAfter(values, nowMs);
}
