import { z } from 'zod';
import { deliveryId, eventId, webhookId } from '../ids.js';
import { timestamp } from '../timestamp.js';
import { eventType } from './event-types.js';

/** What an operational event tells of a webhook. */
export const webhookSubject = z
  .looseObject({
    id: webhookId,
    name: z.string().optional(),
    /** Of its address; the rest is often a secret, and this goes to other endpoints. */
    host: z.string().optional(),
    /** For people: why this happened. */
    reason: z.string().optional(),
    consecutiveFailures: z.number().int().nonnegative().optional(),
    /** The first failure since the last success. */
    firstFailureAt: timestamp.optional(),
    /** No attempt is made before. */
    openUntil: timestamp.optional(),
    /** When the webhook will be disabled, if nothing succeeds before. */
    disablesAt: timestamp.optional(),
  })
  .meta({ id: 'WebhookSubject' });

/** What an operational event tells of a delivery. */
export const deliverySubject = z
  .looseObject({
    id: deliveryId,
    eventId: eventId.optional(),
    eventType: eventType.optional(),
    attemptCount: z.number().int().nonnegative().optional(),
    /** What the endpoint answered last. */
    lastStatusCode: z.number().int().optional(),
    /** For people: why this happened. */
    reason: z.string().optional(),
  })
  .meta({ id: 'DeliverySubject' });

export type WebhookSubject = z.output<typeof webhookSubject>;
export type DeliverySubject = z.output<typeof deliverySubject>;
