import { z } from 'zod';
import { defineMessage } from '../message-contract.js';
import { cause, deliveryHead } from './delivery.js';

/** A delivery ended without a further attempt: its dialect cannot say the event (`skipped`), or its webhook is gone or a later state of its build took its place (`canceled`). */
export const deliveryClosed = defineMessage({
  name: 'delivery.closed',
  stream: 'BUILDWIRE_ATTEMPTS',
  schema: z.object({
    ...deliveryHead.shape,
    trigger: cause.optional(),
    status: z.enum(['skipped', 'canceled']),
    reason: z.string(),
    closedAtMs: z.number().int(),
  }),
  key: ({ deliveryId, status }) => `closed:${deliveryId}:${status}`,
  maxRecords: 64,
});
export type DeliveryClosed = z.output<typeof deliveryClosed.schema>;
