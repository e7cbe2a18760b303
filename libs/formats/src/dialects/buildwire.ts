import { json } from '../json.js';
import type { Renderer } from '../rendering.js';
import { eventPayload } from './event-data.js';

/** Our own dialect: the payload that Standard Webhooks recommends, `{ type, timestamp, data }`. The timestamp is when it happened, and `data` is the rest of the event. */
export const buildwire: Renderer = (event, context) => json(eventPayload(event, context));
