import { json } from '../json.js';
import type { Renderer } from '../rendering.js';

/**
 * Our own dialect: the payload that Standard Webhooks recommends, `{ type, timestamp, data }`. The timestamp is when it
 * happened, and `data` is the rest of the event: first the keys named here, in this order, then those we do not know,
 * in the order they came. The order is part of the contract, because the bytes are signed and shown in the log.
 */
export const buildwire: Renderer = (event) => {
  const { type, occurredAt, id, specVersion, receivedAt, source, subject, organization, app, ...rest } = event;
  const { actor, build, job, deployment, automation, ext, ...unknown } = rest;
  const about = { id, specVersion, receivedAt, source, subject, organization, app, actor };
  const data = { ...about, build, job, deployment, automation, ext, ...unknown };
  return json({ type, timestamp: occurredAt, data });
};
