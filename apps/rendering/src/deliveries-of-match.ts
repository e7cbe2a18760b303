import { MAX_TOGETHER, buildStepOf, millisecondsOf } from '@buildwire/contracts';
import type { DeliveryClosed, DeliveryMatched, RenderedDeliveries } from '@buildwire/contracts';
import { render } from '@buildwire/formats';
import type { Rendering, RenderingContext } from '@buildwire/formats';

/** What becomes of the deliveries of a match: they are sent, or closed because their format cannot say the event. */
export interface Fates {
  rendered: RenderedDeliveries[];
  closed: DeliveryClosed[];
}

type Rendered = Extract<Rendering, { kind: 'rendered' }>;

/** Renders once for all deliveries. Equal matches have equal fates, so that a repeat changes nothing. */
export function deliveriesOfMatch(match: DeliveryMatched, context: Pick<RenderingContext, 'downloadUrl'>): Fates {
  return fatesOf(match, render(match.event, match.variant, context));
}

/** The fates that a rendering means. */
export function fatesOf(match: DeliveryMatched, rendering: Rendering): Fates {
  switch (rendering.kind) {
    case 'rendered':
      return { rendered: together(match.deliveries).map((deliveries) => renderedOf(match, rendering, deliveries)), closed: [] };
    case 'skipped':
      return { rendered: [], closed: match.deliveries.map((delivery) => closedOf(match, rendering.reason, delivery)) };
  }
}

/** Key by key, as below: a spread of so many takes 25 µs, longer than the rendering. */
function renderedOf({ organizationId, event, variant, trigger = 'event', again }: DeliveryMatched, { contentType, headers, body }: Rendered, deliveries: DeliveryMatched['deliveries']): RenderedDeliveries {
  return {
    organizationId,
    eventId: event.id,
    eventType: event.type,
    appId: event.app.id,
    format: variant.format,
    dialect: variant.dialect,
    contentType,
    headers,
    body,
    trigger,
    again,
    attempt: 1,
    postponements: 0,
    // A test waits for no build's turn, and takes nobody's.
    build: trigger === 'test' ? undefined : buildStepOf(event),
    deliveries,
  };
}

function closedOf({ organizationId, event, variant, trigger }: DeliveryMatched, reason: string, { id, webhookId }: DeliveryMatched['deliveries'][number]): DeliveryClosed {
  return {
    deliveryId: id,
    webhookId,
    organizationId,
    eventId: event.id,
    eventType: event.type,
    appId: event.app.id,
    format: variant.format,
    dialect: variant.dialect,
    trigger,
    status: 'skipped',
    reason,
    // No clock here: the event's own time says when, so that a repeat closes nothing anew.
    closedAtMs: millisecondsOf(event.receivedAt),
  };
}

/** Equal portions of a match, so that a repeat groups them alike. */
function together(deliveries: DeliveryMatched['deliveries']): DeliveryMatched['deliveries'][] {
  return Array.from({ length: Math.ceil(deliveries.length / MAX_TOGETHER) }, (_, portion) => deliveries.slice(portion * MAX_TOGETHER, (portion + 1) * MAX_TOGETHER));
}
