import type { Event } from '@buildwire/contracts';

/**
 * The event without its type and time: first the keys named here, in this order, then those we do not know, in the order
 * they came. The order is part of the contract, because the bytes are signed and shown in the log.
 */
export function eventData(event: Event): Record<string, unknown> {
  const { type: _type, occurredAt: _occurredAt, id, specVersion, receivedAt, source, subject, organization, app, ...rest } = event;
  const { actor, build, job, deployment, automation, ext, ...unknown } = rest;
  const about = { id, specVersion, receivedAt, source, subject, organization, app, actor };
  return { ...about, build, job, deployment, automation, ext, ...unknown };
}

/** The payload that Standard Webhooks recommends, and with it all that we know of an event. */
export function eventPayload(event: Event): { type: string; timestamp: string; data: Record<string, unknown> } {
  return { type: event.type, timestamp: event.occurredAt, data: eventData(event) };
}
