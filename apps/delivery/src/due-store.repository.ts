import { randomUUID } from 'node:crypto';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** A delivery that waits for its next turn. */
export interface Due {
  delivery: RenderedDelivery;
  dueAtMs: number;
}

/** Rows claimed together; they are ours until the claim lapses. */
export interface Claim {
  token: string;
  deliveries: RenderedDelivery[];
}

/** A claim whose publisher died is taken over after this. */
const CLAIM_SECONDS = 60;
/** How far into the backlog a claim looks for deliveries of different webhooks. */
const FAIRNESS_WINDOW = 5_000;
/** A settled delivery is remembered this long, so that an old message that comes again cannot revive it. */
const REMEMBER_SECONDS = 3_600;

/** The deliveries that wait for a retry or were put off. The only writer of delivery.due. */
@Injectable()
export class DueStore {
  constructor(private readonly database: Database) {}

  /** Notes when each delivery is due. What is older than the row, or comes after the end, changes nothing. At most one per delivery. */
  async schedule(dues: readonly Due[]): Promise<void> {
    if (dues.length === 0) return;
    const rows = dues.map(({ delivery, dueAtMs }) => ({
      delivery_id: delivery.deliveryId,
      organization_id: delivery.organizationId,
      webhook_id: delivery.webhookId,
      attempt: delivery.attempt,
      postponements: delivery.postponements,
      due_at: new Date(dueAtMs).toISOString(),
      record: delivery,
    }));
    await this.database.query(
      `INSERT INTO delivery.due AS due (delivery_id, organization_id, webhook_id, attempt, postponements, state, due_at, record, updated_at)
       SELECT delivery_id, organization_id, webhook_id, attempt, postponements, 'waiting', due_at, record, now()
         FROM json_to_recordset($1) AS row(delivery_id text, organization_id text, webhook_id text, attempt int, postponements int, due_at timestamptz, record json)
       ON CONFLICT (delivery_id) DO UPDATE
          SET attempt = excluded.attempt, postponements = excluded.postponements, state = 'waiting', due_at = excluded.due_at,
              record = excluded.record, claim_token = NULL, claimed_until = NULL, updated_at = now()
        WHERE due.state <> 'final' AND (excluded.attempt, excluded.postponements) > (due.attempt, due.postponements)`,
      [JSON.stringify(rows)],
    );
  }

  /** These deliveries have ended: what waits is forgotten, and nothing can wait again. */
  async finish(deliveryIds: readonly string[]): Promise<void> {
    if (deliveryIds.length === 0) return;
    await this.database.query(
      `UPDATE delivery.due SET state = 'final', record = NULL, claim_token = NULL, claimed_until = NULL, updated_at = now() WHERE delivery_id = ANY($1)`,
      [deliveryIds],
    );
  }

  /** Takes up to `limit` deliveries that are due, the oldest of each webhook first, so that one webhook's backlog shares with the others. */
  async claim(limit: number): Promise<Claim> {
    const token = randomUUID();
    const rows = await this.database.query<{ record: RenderedDelivery }>(
      `WITH oldest AS (
         SELECT delivery_id, webhook_id, due_at FROM delivery.due WHERE state = 'waiting' AND due_at <= now() ORDER BY due_at LIMIT ${FAIRNESS_WINDOW}
       ), ranked AS (
         SELECT delivery_id, due_at, row_number() OVER (PARTITION BY webhook_id ORDER BY due_at) AS place FROM oldest
       ), chosen AS (
         SELECT due.delivery_id FROM delivery.due due
          WHERE due.state = 'waiting' AND due.delivery_id IN (SELECT delivery_id FROM ranked ORDER BY place, due_at LIMIT $1)
            FOR UPDATE SKIP LOCKED
       )
       UPDATE delivery.due due SET state = 'claimed', claim_token = $2, claimed_until = now() + interval '${CLAIM_SECONDS} seconds'
         FROM chosen WHERE due.delivery_id = chosen.delivery_id
       RETURNING due.record`,
      [limit, token],
    );
    return { token, deliveries: rows.map(({ record }) => record) };
  }

  /** The claimed deliveries are on their way. A row that was scheduled anew meanwhile is left alone. */
  async markSent(claim: Claim): Promise<void> {
    await this.database.query(`UPDATE delivery.due SET state = 'sent', record = NULL, claim_token = NULL, claimed_until = NULL, updated_at = now() WHERE claim_token = $1`, [
      claim.token,
    ]);
  }

  /** Takes claims back that nobody finished, and forgets what ended long ago. */
  async tidy(): Promise<void> {
    await this.database.query(
      `UPDATE delivery.due SET state = 'waiting', claim_token = NULL, claimed_until = NULL WHERE state = 'claimed' AND claimed_until < now()`,
      [],
    );
    await this.database.query(`DELETE FROM delivery.due WHERE state = 'final' AND updated_at < now() - interval '${REMEMBER_SECONDS} seconds'`, []);
  }
}
