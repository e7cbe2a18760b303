import { z } from 'zod';
import { eventType } from '../event/event-types.js';
import { event } from '../event/event.js';
import { eventId } from '../ids.js';
import { timestamp } from '../timestamp.js';
import { listOf, paging } from './list.js';
import { problem } from './problem.js';

/** The most events in one batch, over every transport. */
export const MAX_BATCH = 1_000;
/** The most bytes of one event as JSON, as sent and as stored. */
export const MAX_EVENT_BYTES = 256 * 1024;
/** The most bytes of one request to publish, over every transport. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** How deep a body may nest: an event, or the batch that holds it. Shallow enough for every recursive reader behind us. */
export const MAX_DEPTH = 64;

export const publishedEvent = z.object({ id: eventId }).meta({ id: 'PublishedEvent' });
export type PublishedEvent = z.output<typeof publishedEvent>;

/** What became of one event of a batch, in the batch's order. */
export const publishResult = z.union([publishedEvent, z.object({ error: problem })]).meta({ id: 'PublishResult' });
export type PublishResult = z.output<typeof publishResult>;

export const publishResults = z.object({ results: z.array(publishResult) }).meta({ id: 'PublishResults' });

/** A batch before its events are checked, each on its own. */
export const eventBatch = z.strictObject({
  events: z.array(z.unknown()).min(1, 'holds no events').max(MAX_BATCH, `holds more than ${MAX_BATCH} events`),
});

export const eventFilters = z.strictObject({
  type: eventType.optional(),
  appId: z.string().max(200).optional(),
  since: timestamp.optional(),
  until: timestamp.optional(),
  ...paging,
});
export type EventFilters = z.output<typeof eventFilters>;

export const eventList = listOf(event).meta({ id: 'EventList' });

export const eventTypeEntry = z
  .object({ name: eventType, description: z.string(), schema: z.record(z.string(), z.unknown()), example: z.unknown() })
  .meta({ id: 'EventTypeEntry' });
export const eventTypeList = listOf(eventTypeEntry).meta({ id: 'EventTypeList' });
