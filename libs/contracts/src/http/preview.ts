import { z } from 'zod';
import { eventType } from '../event/event-types.js';
import { deliveryId, eventId } from '../ids.js';
import { sentRequest } from './deliveries.js';
import { createWebhook } from './webhooks.js';

const chosen = {
  type: eventType.optional().meta({ description: 'The example of this type. By default one that the webhook gets, if possible of those that its dialect documents.' }),
  eventId: eventId.optional().meta({ description: 'An event that was accepted.' }),
};

/** Which event to show. */
export const previewWebhook = z.strictObject(chosen).superRefine(chosenOnce).meta({ id: 'PreviewWebhook' });
export type ChosenEvent = z.output<typeof previewWebhook>;

/** The same for a webhook that is not saved. */
export const previewUnsavedWebhook = z.strictObject({ webhook: createWebhook, ...chosen }).superRefine(chosenOnce).meta({ id: 'PreviewUnsavedWebhook' });

const previewed = z.object({ id: eventId, type: eventType });

/** The request that would be sent, or why none would be. */
export const preview = z
  .discriminatedUnion('kind', [
    z.object({ event: previewed, kind: z.literal('request'), request: sentRequest.meta({ description: 'As in the log of attempts, with a fresh signature.' }) }),
    z.object({ event: previewed, kind: z.literal('skipped'), reason: z.string().meta({ description: 'Why the webhook’s format has no way to say this event.' }) }),
  ])
  .meta({ id: 'Preview' });
export type Preview = z.output<typeof preview>;

export const testWebhook = z.strictObject({ type: chosen.type }).meta({ id: 'TestWebhook' });

/** The event of a test, and what becomes of it. */
export const startedTest = z.object({ eventId, deliveryId }).meta({ id: 'StartedTest' });
export type StartedTest = z.output<typeof startedTest>;

function chosenOnce({ type, eventId: id }: { type?: unknown; eventId?: unknown }, context: z.RefinementCtx): void {
  if (type !== undefined && id !== undefined) context.addIssue({ code: 'custom', path: ['eventId'], message: 'cannot go with a type: the event has one' });
}
