import { z } from 'zod';
import { defineMessage } from '../message-contract.js';
import { deliveryHead } from './delivery.js';

/** A delivery ended without a further attempt: its dialect cannot say the event (`skipped`), or its webhook is gone (`canceled`). */
export const deliveryClosed = defineMessage({
  name: 'delivery.closed',
  stream: 'BUILDWIRE_ATTEMPTS',
  schema: z.object({
    ...deliveryHead.shape,
    status: z.enum(['skipped', 'canceled']),
    reason: z.string(),
    closedAtMs: z.number().int(),
  }),
  key: ({ deliveryId, status }) => `closed:${deliveryId}:${status}`,
  maxRecords: 64,
});
export type DeliveryClosed = z.output<typeof deliveryClosed.schema>;
