import type { Format, PermanentErrors } from '@buildwire/contracts';
import { chatErrors } from './chat-errors.js';
import { headerValues } from './endpoint-answer.js';
import type { EndpointAnswer } from './endpoint-answer.js';
import { parseRetryAfter } from './retry-after.js';

/** What a refusal means for what comes next; the reason is for people. */
export type Classification =
  /** Trying again is of no use: for this delivery, or for the whole webhook, whose endpoint is gone. */
  | { kind: 'permanent'; scope: 'delivery' | 'webhook'; reason: string }
  | { kind: 'retry'; reason: string }
  /** The endpoint asks for less, and may say for how long. */
  | { kind: 'slow'; reason: string; afterMs?: number };

/** The endpoint asks for time: `Retry-After` counts with these only. */
const ASKS_FOR_TIME: readonly number[] = [429, 503];

/** Classifies an answer that is no success: by the target's own code if it is a known one, else by the status. */
export function classifyAnswer(format: Format, answer: EndpointAnswer, { disables, ends }: PermanentErrors, nowMs: number): Classification {
  const { code, afterMs } = chatErrors[format](answer);
  const reason = `the endpoint answered ${answer.statusCode}${code === undefined ? '' : `: ${code}`}`;

  if (code !== undefined && disables.codes.includes(code)) return { kind: 'permanent', scope: 'webhook', reason };
  if (code !== undefined && ends.codes.includes(code)) return { kind: 'permanent', scope: 'delivery', reason };
  if (disables.statuses.includes(answer.statusCode)) return { kind: 'permanent', scope: 'webhook', reason };
  if (ends.statuses.includes(answer.statusCode)) return { kind: 'permanent', scope: 'delivery', reason };
  if (!ASKS_FOR_TIME.includes(answer.statusCode)) return { kind: 'retry', reason };

  const asked = [afterMs, parseRetryAfter(headerValues(answer, 'retry-after'), nowMs)].filter((delay) => delay !== undefined);
  return { kind: 'slow', reason, ...(asked.length === 0 ? {} : { afterMs: Math.max(...asked) }) };
}
