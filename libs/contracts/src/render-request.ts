import { z } from 'zod';
import { event } from './event/event.js';
import { variant } from './format.js';

/** What rendering is asked for a preview. No webhook, no address, no secret: only what decides the body. */
export const renderRequest = z.object({ event, variant });
export type RenderRequest = z.output<typeof renderRequest>;

/** The body that deliveries of this variant have, or why there are none. */
export const renderReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rendered'), contentType: z.string(), headers: z.array(z.tuple([z.string(), z.string()])), body: z.string() }),
  z.object({ kind: z.literal('skipped'), reason: z.string() }),
]);
export type RenderReply = z.output<typeof renderReply>;
