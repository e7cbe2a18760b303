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

/** The order of a build's deliveries, for webhooks that ask for it. */
@Injectable()
export class BuildTurns {
  constructor(private readonly dueStore: DueStore) {}

  /** Throws an `UnavailableError` while Postgres is away: without it there is no order. */
  async placeOf(delivery: RenderedDelivery, { ordering, supersede }: Pick<WebhookSettings, 'ordering' | 'supersede'>): Promise<Place> {
    const joins = { kind: 'joins', turn: { ordered: ordering === 'per-build', supersedes: supersede } } as const;
    const asks = joins.turn.ordered || joins.turn.supersedes;
    const isAutomatic = delivery.trigger === 'event' || delivery.trigger === 'retry';
    if (!asks || !isAutomatic || delivery.build === undefined) return { kind: 'free' };
    if (delivery.attempt === 1 && delivery.postponements === 0) return joins;
    switch (await this.dueStore.turnOf(delivery)) {
      case 'queued':
        return { kind: 'free' };
      case 'alone':
        return joins;
      case 'over':
        return { kind: 'over' };
    }
  }
}
