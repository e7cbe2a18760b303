import { z } from 'zod';
import { attemptId } from '../ids.js';
import { defineMessage, subjectPrefix } from '../message-contract.js';
import { bodyAside, headerPairs, renderedDelivery } from './delivery.js';

/** Every way an attempt ends. */
export const outcomes = [
  'accepted',
  'rejected',
  'timeout',
  'dns',
  'connect',
  'tls',
  'reset',
  'blocked_address',
  'invalid_response',
  'invalid_request',
] as const;
export const outcome = z.enum(outcomes).meta({ id: 'Outcome' });
export type Outcome = z.output<typeof outcome>;

export const attemptTiming = z
  .object({ connectMs: z.number().nonnegative().optional(), firstByteMs: z.number().nonnegative().optional() })
  .meta({ id: 'Timing_of_attempt' });

/** What becomes of the delivery after an attempt; a failed resend changes nothing. */
export const verdict = z.enum(['succeeded', 'waiting', 'exhausted', 'unchanged']);
export type Verdict = z.output<typeof verdict>;

/** One HTTP call was made. The only durable write of an attempt: due rows and log rows derive from it. */
export const deliveryAttempted = defineMessage({
  name: 'delivery.attempted',
  stream: 'BUILDWIRE_ATTEMPTS',
  schema: z.object({
    ...renderedDelivery.shape,
    attemptId,
    outcome,
    /** For people: why it failed. */
    reason: z.string().optional(),
    verdict,
    /** When the next automatic attempt is due, as epoch milliseconds; with the verdict `waiting` only. */
    nextAttemptAtMs: z.number().int().optional(),
    request: z.object({ method: z.literal('POST'), url: z.string(), headers: headerPairs }),
    response: z
      .object({
        statusCode: z.number().int(),
        headers: headerPairs,
        /** Base64: what an endpoint answers need not be text. */
        body: z.string(),
        truncated: z.boolean(),
      })
      .optional(),
    timing: attemptTiming,
    sentAtMs: z.number().int(),
    durationMs: z.number().int().nonnegative(),
    /** A dead keep-alive connection made us send once more at once; it is one attempt. */
    transportRetried: z.boolean(),
    /** A first attempt that succeeded, at an endpoint in good health: only the log needs to know. */
    routine: z.literal(true).optional(),
  }),
  subject: ({ routine, organizationId }) => `${subjectPrefix('delivery.attempted')}.${routine === true ? 'routine' : 'notable'}.${organizationId}`,
  key: ({ attemptId }) => attemptId,
  maxRecords: 64,
  aside: bodyAside,
});
export type DeliveryAttempted = z.output<typeof deliveryAttempted.schema>;
