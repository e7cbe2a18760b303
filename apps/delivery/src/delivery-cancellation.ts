import type { DeliveryClosed, DeliveryHead, RenderedDelivery } from '@buildwire/contracts';

/** What a cancellation says of a delivery: not its body. */
export type CanceledDelivery = DeliveryHead & Pick<RenderedDelivery, 'trigger'>;

/** The record of a delivery that ends without a further attempt. */
export function cancellationOf(delivery: CanceledDelivery, reason: string): DeliveryClosed {
  const { deliveryId, organizationId, eventId, eventType, appId, webhookId, format, dialect, trigger } = delivery;
  const head = { deliveryId, organizationId, eventId, eventType, appId, webhookId, format, dialect };
  return { trigger: trigger === 'test' ? 'test' : 'event', status: 'canceled', reason, closedAtMs: Date.now(), ...head };
}
