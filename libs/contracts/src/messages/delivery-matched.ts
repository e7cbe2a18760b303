import { z } from 'zod';
import { event } from '../event/event.js';
import { variant } from '../format.js';
import { deliveryId, organizationId, webhookId } from '../ids.js';
import { defineMessage } from '../message-contract.js';
import { cause } from './delivery.js';
import { eventAside, eventJson } from './event-aside.js';

/** The most deliveries that one record lists; a wider fan-out takes several records. */
export const MAX_MATCHES = 200;

/** An event and the deliveries it causes, for one rendering variant. */
export const deliveryMatched = defineMessage({
  name: 'delivery.matched',
  stream: 'BUILDWIRE_MATCHED',
  schema: z.object({
    organizationId,
    event,
    eventJson,
    variant,
    trigger: cause.optional(),
    /** What it came from was worked on before, perhaps to the end. */
    again: z.literal(true).optional(),
    deliveries: z.array(z.object({ id: deliveryId, webhookId })).min(1).max(MAX_MATCHES),
  }),
  key: ({ deliveries: [first] }) => first?.id ?? '',
  maxRecords: 64,
  aside: eventAside,
});
export type DeliveryMatched = z.output<typeof deliveryMatched.schema>;
