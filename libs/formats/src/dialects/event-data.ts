import type { Event } from '@buildwire/contracts';
import type { RenderingContext } from '../rendering.js';
import { withSignedArtifacts } from './signed-artifacts.js';

type Links = Pick<RenderingContext, 'downloadUrl'>;

/**
 * The event without its type and time, its artifacts with links: first the keys named here, in this order, then the others, in the order they
 * came. The order is part of the contract, because the bytes are signed and shown in the log.
 */
export function eventData(event: Event, { downloadUrl }: Links): Record<string, unknown> {
  const { type: _type, occurredAt: _occurredAt, id, specVersion, receivedAt, source, subject, organization, app, ...rest } = event;
  const { actor, build: _build, job, deployment, automation, ext, ...others } = rest;
  const about = { id, specVersion, receivedAt, source, subject, organization, app, actor };
  return { ...about, build: withSignedArtifacts(event, downloadUrl), job, deployment, automation, ext, ...others };
}

/** The payload that Standard Webhooks recommends, and with it all that we know of an event. */
export function eventPayload(event: Event, links: Links): { type: string; timestamp: string; data: Record<string, unknown> } {
  return { type: event.type, timestamp: event.occurredAt, data: eventData(event, links) };
}
