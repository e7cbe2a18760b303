import { z } from 'zod';
import { event } from '../event/event.js';
import { organizationId, webhookId } from '../ids.js';
import { defineMessage } from '../message-contract.js';
import { eventAside, eventJson } from './event-aside.js';

/** An event is durable: ingestion has checked, completed and stored it. The message is the event's only copy until it is matched. */
export const eventAccepted = defineMessage({
  name: 'event.accepted',
  stream: 'BUILDWIRE_EVENTS',
  schema: z.object({
    organizationId,
    event,
    eventJson,
    /** The event is an example, for this webhook alone and whatever it wants; it counts for nothing else. */
    test: z.object({ webhookId }).optional(),
  }),
  // The time of receipt is part of the key: a repeat by the producer must reach the event index, which judges it for far longer.
  key: ({ event: { id, receivedAt } }) => `${id}:${receivedAt}`,
  maxRecords: 64,
  aside: eventAside,
});
export type EventAccepted = z.output<typeof eventAccepted.schema>;
