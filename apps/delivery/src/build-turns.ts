import type { DeliveryPostponed, RenderedDelivery } from '@buildwire/contracts';
import { Injectable } from '@nestjs/common';
import { DueStore } from './due-store.repository.js';
import type { WebhookSettings } from './webhook-settings.js';

export const WAITS_FOR_ITS_TURN = 'it waits for its turn among the deliveries of its build';
/** How long the first turn is put off: states that overtook each other on the way find their order again. */
export const GATHER_MS = 250;

/** What a delivery is to do about the other deliveries of its build. */
export type Place =
  /** Send it: its webhook does not ask for order, or its turn has come. */
  | { kind: 'free' }
  /** It joins their queue in the due store, which decides when it goes. */
  | { kind: 'joins'; turn: NonNullable<DeliveryPostponed['turn']> }
  /** Its turn has been reported: this message came again, and others may have gone since. */
  | { kind: 'over' };

type OrderSettings = Pick<WebhookSettings, 'ordering' | 'supersede'>;

const FREE: Place = { kind: 'free' };

/** The order of a build's deliveries, for webhooks that ask for it. */
@Injectable()
export class BuildTurns {
  constructor(private readonly dueStore: DueStore) {}

  /** At once for a webhook that asks for no order. Throws an `UnavailableError` while Postgres is away: without it there is none. */
  placeOf(delivery: RenderedDelivery, webhook: OrderSettings): Place | Promise<Place> {
    const asks = webhook.ordering === 'per-build' || webhook.supersede;
    const isAutomatic = delivery.trigger === 'event' || delivery.trigger === 'retry';
    return asks && isAutomatic && delivery.build !== undefined ? this.placeInQueue(delivery, webhook) : FREE;
  }

  private async placeInQueue(delivery: RenderedDelivery, { ordering, supersede }: OrderSettings): Promise<Place> {
    const joins = { kind: 'joins', turn: { ordered: ordering === 'per-build', supersedes: supersede } } as const;
    if (delivery.attempt === 1 && delivery.postponements === 0) return joins;
    switch (await this.dueStore.turnOf(delivery)) {
      case 'queued':
        return FREE;
      case 'alone':
        return joins;
      case 'over':
        return { kind: 'over' };
    }
  }
}
