import { timeOfId, timestampOf } from '@buildwire/contracts';
import type { Delivery } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import type { IndexedEvent, MatchedDelivery } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { createdAtOf } from './deliveries.query.js';

/** What the event index tells about an event's deliveries. */
export type MatchedEvent = Pick<IndexedEvent, 'id' | 'type' | 'appId' | 'test' | 'deliveries'>;

/** The event was received in the millisecond that the delivery's id carries, which its index finds. */
const eventOfDelivery = `
  select e.id, e.type, e.app_id as "appId", e.test, e.deliveries from matching.event e
  where e.organization_id = $1 and e.received_at >= $2::timestamptz and e.received_at < $2::timestamptz + interval '1 millisecond'
    and e.deliveries @> jsonb_build_array(jsonb_build_object('id', $3::text))`;

/** Deliveries that were matched and about which the log knows nothing yet. */
@Injectable()
export class PendingDeliveries {
  constructor(private readonly database: Database) {}

  async find(organizationId: string, id: string): Promise<Delivery | undefined> {
    const createdAt = createdAtOf(id);
    if (createdAt === undefined) return undefined;
    const [event] = await this.database.query<MatchedEvent>(eventOfDelivery, [organizationId, createdAt, id]);
    const match = event?.deliveries.find((delivery) => delivery.id === id);
    return event === undefined || match === undefined ? undefined : pendingDelivery(event, match);
  }
}

export function pendingDelivery({ id, type, appId, test }: MatchedEvent, match: MatchedDelivery): Delivery {
  return {
    id: match.id,
    eventId: id,
    eventType: type,
    appId,
    webhookId: match.webhookId,
    format: match.format,
    dialect: match.dialect,
    trigger: test ? 'test' : 'event',
    status: 'pending',
    attemptCount: 0,
    lastStatusCode: null,
    reason: null,
    nextAttemptAt: null,
    createdAt: timestampOf(timeOfId(match.id) ?? 0),
    completedAt: null,
  };
}
