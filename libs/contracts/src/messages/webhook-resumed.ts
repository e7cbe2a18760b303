import { z } from 'zod';
import { organizationId, webhookId } from '../ids.js';
import { defineMessage } from '../message-contract.js';

/** A webhook may be worth another try: it was resumed, made active, or has a new URL. What waits for it is brought forward. */
export const webhookResumed = defineMessage({
  name: 'webhook.resumed',
  stream: 'BUILDWIRE_WEBHOOKS',
  schema: z.object({ organizationId, webhookId, resumedAtMs: z.number().int() }),
  key: ({ webhookId, resumedAtMs }) => `resumed:${webhookId}:${resumedAtMs}`,
  maxRecords: 64,
});
export type WebhookResumed = z.output<typeof webhookResumed.schema>;
