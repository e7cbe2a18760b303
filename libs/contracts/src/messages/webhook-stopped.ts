import { z } from 'zod';
import { organizationId, webhookId } from '../ids.js';
import { defineMessage } from '../message-contract.js';

/** A webhook gets nothing more: it was deleted, or is not active any more. What waits for it is canceled, unless it is active again by then. */
export const webhookStopped = defineMessage({
  name: 'webhook.stopped',
  stream: 'BUILDWIRE_WEBHOOKS',
  schema: z.object({
    organizationId,
    webhookId,
    /** For people: the log shows it on what is canceled. */
    reason: z.string(),
    stoppedAtMs: z.number().int(),
  }),
  key: ({ webhookId, stoppedAtMs }) => `stopped:${webhookId}:${stoppedAtMs}`,
  maxRecords: 64,
});
export type WebhookStopped = z.output<typeof webhookStopped.schema>;
