import type { WebhookChange } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import type { CanceledDelivery } from './delivery-cancellation.js';

/** How far a webhook's deliveries have been brought forward. */
export interface Progress {
  count: number;
  lastDueAt: string;
  lastDeliveryId: string;
}

/** Few enough that a portion keeps nobody else waiting. */
const PORTION = 500;
/** How many deliveries of a webhook come due in a second once they are brought forward. */
const DRAIN_PER_SECOND = 50;
const BEGINNING: Progress = { count: 0, lastDueAt: '-infinity', lastDeliveryId: '' };

/** What waits of one webhook, portion by portion. Like DueStore a writer of delivery.due. */
@Injectable()
export class WebhookBacklog {
  constructor(private readonly database: Database) {}

  /** The deliveries that are due first; none if nothing waits. Their bodies stay where they are. */
  next({ organizationId, webhookId }: WebhookChange): Promise<CanceledDelivery[]> {
    return this.database.query<CanceledDelivery>(
      `SELECT delivery_id AS "deliveryId", organization_id AS "organizationId", webhook_id AS "webhookId", record->>'eventId' AS "eventId",
              record->>'eventType' AS "eventType", record->>'appId' AS "appId", record->>'format' AS format, record->>'dialect' AS dialect, record->>'trigger' AS trigger
         FROM delivery.due WHERE state = 'waiting' AND webhook_id = $2 AND organization_id = $1 ORDER BY due_at LIMIT ${PORTION}`,
      [organizationId, webhookId],
    );
  }

  /**
   * Makes the next portion due, in due order and at the drain rate from `startAtMs` on; none later than it was. Undefined once
   * all have been.
   */
  async bringForward({ organizationId, webhookId }: WebhookChange, startAtMs: number, { count, lastDueAt, lastDeliveryId }: Progress = BEGINNING): Promise<Progress | undefined> {
    const [moved] = await this.database.query<Progress>(
      `WITH portion AS (
         SELECT delivery_id, due_at, row_number() OVER (ORDER BY due_at, delivery_id) AS place FROM delivery.due
          WHERE state = 'waiting' AND webhook_id = $2 AND organization_id = $1 AND (due_at, delivery_id) > ($4::timestamptz, $5)
          ORDER BY due_at, delivery_id LIMIT ${PORTION}
       ), moved AS (
         UPDATE delivery.due due SET due_at = $3::timestamptz + ($6 + place - 1) * interval '1 second' / ${DRAIN_PER_SECOND}, updated_at = now()
           FROM portion WHERE due.delivery_id = portion.delivery_id AND due.state = 'waiting'
            AND due.due_at > $3::timestamptz + ($6 + place - 1) * interval '1 second' / ${DRAIN_PER_SECOND}
       )
       SELECT ($6 + place)::int AS count, due_at::text AS "lastDueAt", delivery_id AS "lastDeliveryId" FROM portion ORDER BY place DESC LIMIT 1`,
      [organizationId, webhookId, new Date(startAtMs).toISOString(), lastDueAt, lastDeliveryId, count],
    );
    return moved;
  }

  /** Makes these due at once, if they wait. */
  async bringForwardThese(deliveryIds: readonly string[]): Promise<void> {
    if (deliveryIds.length === 0) return;
    await this.database.query(`UPDATE delivery.due SET due_at = now(), updated_at = now() WHERE delivery_id = ANY($1) AND state = 'waiting' AND due_at > now()`, [deliveryIds]);
  }
}
