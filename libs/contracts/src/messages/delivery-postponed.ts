import { z } from 'zod';
import { defineMessage } from '../message-contract.js';
import { deliveryTurnKey } from './delivery-rendered.js';
import { bodyAside, renderedDelivery } from './delivery.js';

/** A delivery was put off without an attempt; it costs none. */
export const deliveryPostponed = defineMessage({
  name: 'delivery.postponed',
  stream: 'BUILDWIRE_ATTEMPTS',
  schema: z.object({
    ...renderedDelivery.shape,
    reason: z.string(),
    postponedAtMs: z.number().int(),
    untilMs: z.number().int(),
    /** It joins the queue of its build, once and before its first attempt: what its webhook asks of that queue. */
    turn: z.object({ ordered: z.boolean(), supersedes: z.boolean() }).optional(),
  }),
  key: (delivery) => `postponed:${deliveryTurnKey(delivery)}`,
  maxRecords: 64,
  aside: bodyAside,
});
export type DeliveryPostponed = z.output<typeof deliveryPostponed.schema>;
