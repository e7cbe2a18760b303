import { z } from 'zod';
import { organizationId, webhookId } from '../ids.js';
import { defineMessage } from '../message-contract.js';

/** A webhook's endpoint said that it is gone for good (410, or a chat target's word for it): nothing more is to be sent to it. */
export const webhookRefused = defineMessage({
  name: 'webhook.refused',
  stream: 'BUILDWIRE_WEBHOOKS',
  schema: z.object({
    organizationId,
    webhookId,
    /** The app that the refused delivery was about. */
    appId: z.string().optional(),
    reason: z.string(),
    /** When the refused attempt was sent: a webhook that was changed since is left alone. */
    sentAtMs: z.number().int(),
  }),
  key: ({ webhookId, sentAtMs }) => `${webhookId}:${sentAtMs}`,
  maxRecords: 64,
});
export type WebhookRefused = z.output<typeof webhookRefused.schema>;
