import { z } from 'zod';
import { recovery } from './recovery.js';
import { secretInput, webhook } from './webhooks.js';

const MAX_OVERLAP_SECONDS = 604_800;

/** A new secret that the old one signs beside for a while. */
export const rotateSecret = z
  .strictObject({
    secret: secretInput.optional(),
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .default(86_400)
      .meta({ description: 'How long earlier secrets go on signing beside the new one; with 0 they end at once. A scheme that has room for one signature only signs with the newest.' }),
  })
  .meta({ id: 'RotateSecret' });
export type RotateSecret = z.output<typeof rotateSecret>;

/** Only this answer holds the secret. */
export const rotatedSecret = z
  .object({
    secret: z.string().meta({ description: 'In the form that Standard Webhooks libraries take.' }),
    publicKey: z.string().nullable().meta({ description: 'What verifies, as `whpk_…`, if the secret is an Ed25519 key.' }),
    previousExpiresAt: z.string().meta({ description: 'When no earlier secret signs any more.' }),
  })
  .meta({ id: 'RotatedSecret' });
export type RotatedSecret = z.output<typeof rotatedSecret>;

export const updatedWebhook = webhook
  .extend({ recovery: recovery.optional().meta({ description: 'What a webhook missed that Buildwire had disabled and this change makes active again.' }) })
  .meta({ id: 'UpdatedWebhook' });
export type UpdatedWebhook = z.output<typeof updatedWebhook>;
