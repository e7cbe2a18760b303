import { defineMessage, subjectPrefix } from '../message-contract.js';
import { renderedDelivery } from './delivery.js';
import type { RenderedDelivery } from './delivery.js';

/** Lanes keep old trouble away from new events: each has a consumer of its own. */
export const lanes = ['new', 'retry', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

/** A delivery to send now. One to a message, so that a slow endpoint holds up nobody else's acknowledgement. */
export const deliveryRendered = defineMessage({
  name: 'delivery.rendered',
  stream: 'BUILDWIRE_RENDERED',
  schema: renderedDelivery,
  subject: (delivery) => `${subjectPrefix('delivery.rendered')}.${laneOf(delivery)}.${delivery.organizationId}`,
  key: deliveryTurnKey,
  maxRecords: 1,
});
export type DeliveryRendered = RenderedDelivery;

/** Names one turn of a delivery: the attempt, how often it was put off, and which resend it is. */
export function deliveryTurnKey({ deliveryId, attempt, postponements, resendId }: RenderedDelivery): string {
  return [deliveryId, attempt, postponements, resendId ?? ''].join(':');
}

/** The lane in which this turn of a delivery travels. */
export function laneOf({ trigger, attempt, postponements }: Pick<RenderedDelivery, 'trigger' | 'attempt' | 'postponements'>): Lane {
  if (trigger === 'resend') return 'bulk';
  return attempt > 1 || postponements > 0 ? 'retry' : 'new';
}
