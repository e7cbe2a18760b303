import { z } from 'zod';
import { webhookId } from '../ids.js';
import { millisecondsOf, timestamp, timestampOf } from '../timestamp.js';

/** The longest time that one call may look at. */
export const MAX_WINDOW_DAYS = 31;

const DAY_MS = 86_400_000;

const window = {
  since: timestamp.meta({ description: 'Events that were received from then on.' }),
  until: timestamp.optional().meta({ description: `Events that were received before; by default until now. At most ${MAX_WINDOW_DAYS} days after \`since\`.` }),
  cursor: z.string().max(500).optional().meta({ description: 'From the answer to the page before.' }),
};

const cursor = z.string().nullable().meta({ description: 'Asks for the next page, with everything else as it was; null after the last.' });

/** Which events to look through for what a webhook missed. */
export const recoverWebhook = z.strictObject(window).superRefine(windowFaults).meta({ id: 'RecoverWebhook' });
export type RecoverWebhook = z.output<typeof recoverWebhook>;

export const recoveredEvents = z
  .object({
    events: z.number().int().meta({ description: 'How many were looked at.' }),
    deliveries: z.number().int().meta({ description: 'How many of them were missed, and are sent now.' }),
    cursor,
  })
  .meta({ id: 'RecoveredEvents' });
export type RecoveredEvents = z.output<typeof recoveredEvents>;

/** Which deliveries to send again. */
export const resendDeliveries = z.strictObject({ webhookId, ...window }).superRefine(windowFaults).meta({ id: 'ResendDeliveries' });
export type ResendDeliveries = z.output<typeof resendDeliveries>;

export const resentDeliveries = z
  .object({
    resent: z.number().int(),
    skipped: z.number().int().meta({ description: 'Those without an attempt in the log: there is nothing to send again.' }),
    cursor,
  })
  .meta({ id: 'ResentDeliveries' });
export type ResentDeliveries = z.output<typeof resentDeliveries>;

const request = z.object({ method: z.literal('POST'), path: z.string(), body: z.object({ webhookId: webhookId.optional(), since: z.string() }) });

export const recovery = z
  .object({
    since: z.string().meta({ description: 'When it was disabled. What waited then was canceled, and events accepted since were not matched.' }),
    requests: z.array(request).meta({ description: 'What sends it: the events that it never got, and the deliveries that failed. Each is to be repeated with the `cursor` of its answer until that is null.' }),
  })
  .meta({ id: 'Recovery' });
export type Recovery = z.output<typeof recovery>;

/** An instant that is none has been told already. */
function windowFaults({ since, until }: { since: string; until?: string | undefined }, context: z.RefinementCtx): void {
  const now = timestampOf(Date.now());
  const [fromMs, untilMs, nowMs] = [since, until ?? now, now].map(millisecondsOf);
  if (fromMs === undefined || untilMs === undefined || nowMs === undefined || Number.isNaN(fromMs + untilMs)) return;
  const fault = (name: keyof typeof window, message: string) => context.addIssue({ code: 'custom', path: [name], message });
  if (untilMs > nowMs) fault('until', 'lies in the future');
  if (since >= (until ?? now)) fault('since', until === undefined ? 'lies in the future' : 'must be before until');
  if (untilMs - fromMs > MAX_WINDOW_DAYS * DAY_MS) fault('since', `is more than ${MAX_WINDOW_DAYS} days before until, which is now unless given`);
}
