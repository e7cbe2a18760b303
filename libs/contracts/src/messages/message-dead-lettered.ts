import { z } from 'zod';
import { deadLetterId } from '../ids.js';
import { defineMessage } from '../message-contract.js';

/** The organization of a dead letter whose own could not be read. No API key belongs to it; operators list it in the database. */
export const UNKNOWN_ORGANIZATION = 'org_unknown';

/** A message that could not be worked on, with the reason. */
export const messageDeadLettered = defineMessage({
  name: 'message.dead-lettered',
  stream: 'BUILDWIRE_DEAD_LETTERS',
  schema: z.object({
    id: deadLetterId,
    organizationId: z.string(),
    /** The service that gave up. */
    service: z.string(),
    /** Where the message came from. */
    subject: z.string(),
    reason: z.string(),
    /** Base64 of what was received, cut to 256 KiB. */
    payload: z.string(),
    truncated: z.boolean(),
    occurredAtMs: z.number().int(),
  }),
  key: ({ id }) => id,
  maxRecords: 1,
});
export type MessageDeadLettered = z.output<typeof messageDeadLettered.schema>;
