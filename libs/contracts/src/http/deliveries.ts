import { z } from 'zod';
import { eventType } from '../event/event-types.js';
import { dialect, format } from '../format.js';
import { attemptId, deadLetterId, deliveryId, eventId, webhookId } from '../ids.js';
import { attemptTiming, outcome } from '../messages/delivery-attempted.js';
import { trigger } from '../messages/delivery.js';
import { timestamp } from '../timestamp.js';
import { listOf, paging } from './list.js';

/** `pending`: no attempt yet. `waiting`: another attempt is due. The others are final. */
export const deliveryStatuses = ['pending', 'waiting', 'succeeded', 'exhausted', 'canceled', 'skipped'] as const;
export const deliveryStatus = z.enum(deliveryStatuses).meta({ id: 'DeliveryStatus' });
export type DeliveryStatus = z.output<typeof deliveryStatus>;

export const delivery = z
  .object({
    id: deliveryId,
    eventId,
    eventType,
    appId: z.string(),
    webhookId,
    format,
    dialect: dialect.nullable(),
    trigger,
    status: deliveryStatus,
    attemptCount: z.number().int(),
    lastStatusCode: z.number().int().nullable(),
    reason: z.string().nullable(),
    nextAttemptAt: z.string().nullable(),
    createdAt: z.string(),
    completedAt: z.string().nullable(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.output<typeof delivery>;

const bodyEncoding = z.enum(['base64']).optional().meta({ description: 'Present if the body is not text.' });
const headers = z.array(z.tuple([z.string(), z.string()]));

/** A request as it goes over the wire; `url` shows of a chat target only what is no secret. */
export const sentRequest = z.object({ method: z.literal('POST'), url: z.string(), headers, body: z.string(), bodyEncoding });

export const attempt = z
  .object({
    id: attemptId,
    deliveryId,
    number: z.number().int(),
    trigger,
    outcome,
    reason: z.string().nullable(),
    request: sentRequest,
    response: z.object({ statusCode: z.number().int(), headers, body: z.string(), bodyEncoding, truncated: z.boolean() }).nullable(),
    timing: attemptTiming,
    sentAt: z.string(),
    durationMs: z.number().int(),
    transportRetried: z.boolean(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.output<typeof attempt>;

const statusCode = z.string().regex(/^([1-5]xx|[1-5]\d\d)$/, 'must be a status code such as 503, or a class such as 5xx');

export const deliveryFilters = z.strictObject({
  webhookId: webhookId.optional(),
  appId: z.string().max(200).optional(),
  eventId: eventId.optional(),
  type: eventType.optional(),
  status: deliveryStatus.optional(),
  statusCode: statusCode.optional(),
  format: format.optional(),
  since: timestamp.optional(),
  until: timestamp.optional(),
  text: z.string().min(3).max(200).optional().meta({ description: 'Part of the request body of an attempt, or of its reason; any case.' }),
  ...paging,
});
export type DeliveryFilters = z.output<typeof deliveryFilters>;

export const deliveryList = listOf(delivery).meta({ id: 'DeliveryList' });
export const attemptList = listOf(attempt).meta({ id: 'AttemptList' });
export const pagingOnly = z.strictObject(paging);
export const resentDelivery = z.object({ deliveryId, resendId: z.string() }).meta({ id: 'ResentDelivery' });

export const deadLetter = z
  .object({
    id: deadLetterId,
    service: z.string(),
    subject: z.string(),
    reason: z.string(),
    payload: z.string(),
    payloadEncoding: z.enum(['base64']).optional(),
    truncated: z.boolean(),
    occurredAt: z.string(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.output<typeof deadLetter>;
export const deadLetterList = listOf(deadLetter).meta({ id: 'DeadLetterList' });
