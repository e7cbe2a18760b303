import { z } from 'zod';
import { deliveryId, webhookId } from '../ids.js';
import { defineMessage, subjectPrefix } from '../message-contract.js';
import { bodyAside, renderedDelivery } from './delivery.js';
import type { RenderedDelivery } from './delivery.js';

/** Lanes keep old trouble away from new events: each has a consumer of its own. */
export const lanes = ['new', 'retry', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

/** The most deliveries of one record, and of one message. */
export const MAX_TOGETHER = 32;

const { deliveryId: _, webhookId: __, ...shared } = renderedDelivery.shape;

const renderedDeliveries = z.object({ ...shared, deliveries: z.array(z.object({ id: deliveryId, webhookId })).min(1).max(MAX_TOGETHER) });
/** Deliveries of one body to several webhooks, at the same turn. */
export type RenderedDeliveries = z.output<typeof renderedDeliveries>;

/** Deliveries to send now: those of one event and variant share their body. Each settles alone. */
export const deliveryRendered = defineMessage<'delivery.rendered', RenderedDeliveries, RenderedDelivery>({
  name: 'delivery.rendered',
  stream: 'BUILDWIRE_RENDERED',
  schema: renderedDeliveries,
  subject: (record) => `${subjectPrefix('delivery.rendered')}.${laneOf(record)}.${record.organizationId}`,
  key: ({ deliveries: [first], attempt, postponements, resendId }) => deliveryTurnKey({ deliveryId: first?.id ?? '', attempt, postponements, resendId }),
  maxRecords: MAX_TOGETHER,
  aside: bodyAside,
  units: { count: ({ deliveries }) => deliveries.length, of: deliveriesOf },
  // In the other lanes slow endpoints are common, and a message is acknowledged with the last of its deliveries.
  alone: (record) => laneOf(record) !== 'new' || record.trigger === 'test',
});

/** A delivery that shares its body with no other. */
export function renderedAlone({ deliveryId: id, webhookId: to, ...rest }: RenderedDelivery): RenderedDeliveries {
  return { deliveries: [{ id, webhookId: to }], ...rest };
}

type Turn = Pick<RenderedDelivery, 'attempt' | 'postponements' | 'resendId'>;

/** Names one turn of a delivery: the attempt, how often it was put off, and which resend it is. */
export function deliveryTurnKey({ deliveryId: id, attempt, postponements, resendId }: Turn & { deliveryId: string }): string {
  return [id, attempt, postponements, resendId ?? ''].join(':');
}

/** The lane in which this turn of a delivery travels. */
export function laneOf({ trigger, attempt, postponements }: Pick<RenderedDelivery, 'trigger' | 'attempt' | 'postponements'>): Lane {
  if (trigger === 'resend') return 'bulk';
  return attempt > 1 || postponements > 0 ? 'retry' : 'new';
}

/** Key by key: a spread of so many keys costs more than all else here. */
function deliveriesOf(record: RenderedDeliveries): RenderedDelivery[] {
  const { organizationId, eventId, eventType, appId, format, dialect, contentType, headers, body, trigger, attempt, postponements, resendId, again, build } = record;
  return record.deliveries.map(({ id, webhookId: to }) => {
    const delivery: RenderedDelivery = { deliveryId: id, organizationId, eventId, eventType, appId, webhookId: to, format, dialect, contentType, headers, body, trigger, attempt, postponements };
    if (resendId !== undefined) delivery.resendId = resendId;
    if (again !== undefined) delivery.again = again;
    if (build !== undefined) delivery.build = build;
    return delivery;
  });
}
