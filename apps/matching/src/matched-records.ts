import { MAX_MATCHES, deliveryIdOf, millisecondsOf } from '@buildwire/contracts';
import type { DeliveryMatched, Event, RenderingOptions } from '@buildwire/contracts';
import type { MatchedDelivery } from '@buildwire/database';
import type { WebhookTarget } from './organization-webhooks.js';

/** The deliveries of an event to the webhooks that want it. Matching it again names the same. */
export function deliveriesOf(organizationId: string, event: Event, targets: readonly Pick<WebhookTarget, 'id' | 'variant'>[]): MatchedDelivery[] {
  const source = { organizationId, eventId: event.id, receivedAtMs: millisecondsOf(event.receivedAt) };
  return targets.map(({ id, variant: { format, dialect, options } }) => ({ id: deliveryIdOf(source, id), webhookId: id, format, dialect, options }));
}

/** The records that say so: one for each rendering variant and each {@link MAX_MATCHES} deliveries of it. */
export function matchedRecords(organizationId: string, event: Event, deliveries: readonly MatchedDelivery[], { eventJson, trigger, again }: Pick<DeliveryMatched, 'eventJson' | 'trigger' | 'again'> = {}): DeliveryMatched[] {
  const variants = new Map<string, DeliveryMatched[]>();
  for (const { id, webhookId, format, dialect, options } of deliveries) {
    const key = `${format} ${dialect} ${textOf(options)}`;
    const records = variants.get(key) ?? [];
    variants.set(key, records);
    const open = records.at(-1);
    if (open === undefined || open.deliveries.length === MAX_MATCHES) records.push({ organizationId, event, eventJson, variant: { format, dialect, options }, trigger, again, deliveries: [{ id, webhookId }] });
    else open.deliveries.push({ id, webhookId });
  }
  return [...variants.values()].flat();
}

const texts = new WeakMap<RenderingOptions, string>();

/** Webhooks in the index share the options of their variant. */
function textOf(options: RenderingOptions): string {
  const known = texts.get(options) ?? JSON.stringify(options);
  texts.set(options, known);
  return known;
}
