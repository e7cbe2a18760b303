import { ProblemError, deliveryMatched, isOperationalEvent } from '@buildwire/contracts';
import type { RecoveredEvents, Webhook } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import { acceptsEvent } from './accepts-event.js';
import { deliveriesOf, matchedRecords } from './matched-records.js';
import { MissedEvents } from './missed-events.repository.js';
import type { ExaminedEvent, MissedDelivery, Window } from './missed-events.repository.js';
import { Places } from './places.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** A page holds a connection while it publishes, and matching needs some too. */
const MAX_AT_ONCE = 4;

/** Sends a webhook what it missed. */
@Injectable()
export class RecoverWebhook {
  private readonly places = new Places(MAX_AT_ONCE);

  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly events: MissedEvents,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Resolves when a page is durable. A paused webhook gets it when it is resumed. Throws a {@link ProblemError}: `not_found`,
   * `webhook_gone`, `invalid_cursor`, or `busy`.
   */
  async recover(organizationId: string, id: string, window: Window): Promise<RecoveredEvents> {
    const webhook = await this.webhooks.get(organizationId, id);
    if (!webhook.active) throw new ProblemError('webhook_gone', 'the webhook is not active');
    const leave = this.places.take(organizationId);
    if (leave === undefined) throw new ProblemError('busy');
    try {
      return await this.recoverPage(organizationId, webhook, window);
    } finally {
      leave();
    }
  }

  private async recoverPage(organizationId: string, webhook: Webhook, window: Window): Promise<RecoveredEvents> {
    const { events, cursor } = await this.events.examine(organizationId, webhook, window);
    const missed = events.flatMap((examined) => missedBy(organizationId, webhook, examined));
    const deliveries = await this.events.add(organizationId, webhook.id, missed, (added) =>
      this.publisher.publishAll(deliveryMatched, added.flatMap(({ event, delivery }) => matchedRecords(organizationId, event, [delivery], { again: true }))),
    );
    return { events: events.length, deliveries, cursor };
  }
}

/** As matching would have it: see `MatchEventHandler`. */
function missedBy(organizationId: string, { id, format, dialect, options, filter }: Webhook, { event, change }: ExaminedEvent): MissedDelivery[] {
  if (event === null || (isOperationalEvent(event) && event.webhook.id === id)) return [];
  if (!acceptsEvent(filter, { event, change })) return [];
  return deliveriesOf(organizationId, event, [{ id, variant: { format, dialect, options } }]).map((delivery) => ({ event, delivery }));
}
