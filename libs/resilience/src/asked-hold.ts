import type { Format } from '@buildwire/contracts';
import { chatErrors, isForAll } from './chat-errors.js';
import { headerValues } from './endpoint-answer.js';
import type { EndpointAnswer } from './endpoint-answer.js';
import { parseRetryAfter } from './retry-after.js';

/** An endpoint wants no request for a time; `host`: nobody's, not only this endpoint's. */
export interface AskedHold {
  scope: 'endpoint' | 'host';
  /** For how long, in ms; absent if it did not say. */
  forMs?: number;
}

const ASKS_FOR_TIME: readonly number[] = [429, 503];

/** No endpoint can stop its deliveries for longer than this with one answer. */
const LONGEST_MS = 3_600_000;
const FIRST_MS = 1_000;
const LONGEST_UNSAID_MS = 60_000;

/** What an answer asks of all that is sent to its endpoint: with 429 or 503, and Discord with any when its limit is used up. */
export function askedHold(format: Format, answer: EndpointAnswer, nowMs: number): AskedHold | undefined {
  const isUsedUp = format === 'discord' && headerValues(answer, 'x-ratelimit-remaining').includes('0');
  if (!isUsedUp && !ASKS_FOR_TIME.includes(answer.statusCode)) return undefined;
  const scope = format === 'discord' && isForAll(answer) ? 'host' : 'endpoint';
  const said = [chatErrors[format](answer).afterMs, parseRetryAfter(headerValues(answer, 'retry-after'), nowMs)].filter((delay) => delay !== undefined);
  if (said.length > 0) return { scope, forMs: Math.min(Math.max(...said), LONGEST_MS) };
  return isUsedUp ? undefined : { scope };
}

/** How long to hold, in ms, when an endpoint has asked `times` in a row (from 1) without saying for how long. */
export function unsaidHoldMs(times: number): number {
  return Math.min(FIRST_MS * 2 ** (times - 1), LONGEST_UNSAID_MS);
}
