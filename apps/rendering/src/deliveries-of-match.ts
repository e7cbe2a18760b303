import { buildStepOf, millisecondsOf } from '@buildwire/contracts';
import type { DeliveryClosed, DeliveryHead, DeliveryMatched, DeliveryRendered } from '@buildwire/contracts';
import { render } from '@buildwire/formats';
import type { Rendering, RenderingContext } from '@buildwire/formats';

/** What becomes of the deliveries of a match: they are sent, or closed because their format cannot say the event. */
export interface Fates {
  rendered: DeliveryRendered[];
  closed: DeliveryClosed[];
}

/** Renders once for all deliveries. Equal matches have equal fates, so that a repeat changes nothing. */
export function deliveriesOfMatch(match: DeliveryMatched, context: Pick<RenderingContext, 'downloadUrl'>): Fates {
  return fatesOf(match, render(match.event, match.variant, context));
}

/** The fates that a rendering means. */
export function fatesOf({ organizationId, event, variant, trigger, deliveries }: DeliveryMatched, rendering: Rendering): Fates {
  const of = { organizationId, eventId: event.id, eventType: event.type, appId: event.app.id, format: variant.format, dialect: variant.dialect };
  const heads = deliveries.map(({ id, webhookId }): DeliveryHead => ({ deliveryId: id, webhookId, ...of }));
  switch (rendering.kind) {
    case 'rendered': {
      const { contentType, headers, body } = rendering;
      // A test waits for no build's turn, and takes nobody's.
      const build = trigger === 'test' ? undefined : buildStepOf(event);
      const first = { contentType, headers, body, trigger: trigger ?? 'event', attempt: 1, postponements: 0, ...(build === undefined ? {} : { build }) } as const;
      return { rendered: heads.map((head) => ({ ...head, ...first })), closed: [] };
    }
    case 'skipped': {
      // No clock here: the event's own time says when, so that a repeat closes nothing anew.
      const end = { trigger, status: 'skipped', reason: rendering.reason, closedAtMs: millisecondsOf(event.receivedAt) } as const;
      return { rendered: [], closed: heads.map((head) => ({ ...head, ...end })) };
    }
  }
}
