import type { RenderedDelivery } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** A delivery that waits for its next turn. */
export interface Due {
  delivery: RenderedDelivery;
  dueAtMs: number;
  /** The queue of its build, if it joins one. It stays in it to its end. */
  queue?: { key: string; rank: number; ordered: boolean; supersedes: boolean };
}

/** A settled delivery is remembered this long, so that an old message that comes again cannot revive it. */
const REMEMBER_SECONDS = 3_600;
/** How long it is known how far a build was told: a state that comes later than this finds no order any more. */
const REMEMBER_TURN_DAYS = 7;
/** A delivery on its way without a report for this long may have been lost by NATS. */
const LOST_SECONDS = 3_600;
/** Rows forgotten at a time, so that a million of them are no burst. */
const FORGET = 20_000;

const SCHEDULE = `
  INSERT INTO delivery.due AS due (delivery_id, organization_id, webhook_id, attempt, postponements, state, due_at, record, order_key, order_rank, ordered, supersedes, updated_at)
  SELECT delivery_id, organization_id, webhook_id, attempt, postponements, 'waiting', due_at, record, order_key, order_rank, ordered, supersedes, now()
    FROM json_to_recordset($1) AS row(delivery_id text, organization_id text, webhook_id text, attempt int, postponements int, due_at timestamptz, record json,
                                      order_key text, order_rank bigint, ordered boolean, supersedes boolean)
   ORDER BY delivery_id
  ON CONFLICT (delivery_id) DO UPDATE
     SET attempt = excluded.attempt, postponements = excluded.postponements, state = 'waiting', record = excluded.record,
         due_at = CASE WHEN due.order_key IS NOT NULL AND EXISTS (
                         SELECT 1 FROM delivery.build_turn turn
                          WHERE turn.organization_id = due.organization_id AND turn.order_key = due.order_key AND turn.order_rank > due.order_rank)
                       THEN now() ELSE excluded.due_at END,
         order_key = coalesce(due.order_key, excluded.order_key), order_rank = coalesce(due.order_rank, excluded.order_rank),
         ordered = due.ordered OR excluded.ordered, supersedes = due.supersedes OR excluded.supersedes,
         claim_token = NULL, claimed_until = NULL, held_since = NULL, updated_at = now()
   WHERE due.state <> 'final' AND (excluded.attempt, excluded.postponements) > (due.attempt, due.postponements)`;

/** What an ended delivery held up is looked at again. Should this miss one, it looks for itself a little later. */
const FINISH = `
  WITH ended AS (
    UPDATE delivery.due SET state = 'final', record = NULL, claim_token = NULL, claimed_until = NULL, updated_at = now()
     WHERE delivery_id = ANY($1) AND state <> 'final' RETURNING order_key
  )
  UPDATE delivery.due SET due_at = now()
   WHERE order_key IN (SELECT order_key FROM ended) AND state = 'waiting' AND held_since IS NOT NULL AND NOT delivery_id = ANY($1)`;

/** The deliveries that wait for a retry or were put off. */
@Injectable()
export class DueStore {
  constructor(private readonly database: Database) {}

  /** Notes when each delivery is due. What is older than the row, or comes after the end, changes nothing. At most one per delivery. */
  async schedule(dues: readonly Due[]): Promise<void> {
    if (dues.length === 0) return;
    const rows = dues.map(({ delivery, dueAtMs, queue }) => ({
      delivery_id: delivery.deliveryId,
      organization_id: delivery.organizationId,
      webhook_id: delivery.webhookId,
      attempt: delivery.attempt,
      postponements: delivery.postponements,
      due_at: new Date(dueAtMs).toISOString(),
      record: delivery,
      order_key: queue?.key ?? null,
      order_rank: queue?.rank ?? null,
      ordered: queue?.ordered ?? false,
      supersedes: queue?.supersedes ?? false,
    }));
    await this.database.query(SCHEDULE, [JSON.stringify(rows)]);
  }

  /** These deliveries have ended: what waits is forgotten, and nothing can wait again. */
  async finish(deliveryIds: readonly string[]): Promise<void> {
    if (deliveryIds.length > 0) await this.database.query(FINISH, [deliveryIds]);
  }

  /** What this turn of a delivery is: `over` if it was reported, so its message came again; else whether it stands in the queue of its build. */
  async turnOf({ deliveryId, attempt, postponements }: RenderedDelivery): Promise<'queued' | 'alone' | 'over'> {
    const [row] = await this.database.query<{ queued: boolean }>(
      `SELECT order_key IS NOT NULL AS queued FROM delivery.due WHERE delivery_id = $1 AND state <> 'final' AND attempt = $2 AND postponements = $3`,
      [deliveryId, attempt, postponements],
    );
    if (row === undefined) return 'over';
    return row.queued ? 'queued' : 'alone';
  }

  /** Takes claims back that nobody finished, and forgets what ended long ago. */
  async tidy(): Promise<void> {
    await this.database.query(`UPDATE delivery.due SET state = 'waiting', claim_token = NULL, claimed_until = NULL WHERE state = 'claimed' AND claimed_until < now()`);
    await this.database.query(`DELETE FROM delivery.due WHERE delivery_id IN (
      SELECT delivery_id FROM delivery.due WHERE state = 'final' AND updated_at < now() - interval '${REMEMBER_SECONDS} seconds' LIMIT ${FORGET} FOR UPDATE SKIP LOCKED)`);
    await this.database.query(`DELETE FROM delivery.build_turn WHERE (organization_id, order_key) IN (
      SELECT organization_id, order_key FROM delivery.build_turn WHERE updated_at < now() - interval '${REMEMBER_TURN_DAYS} days' LIMIT ${FORGET} FOR UPDATE SKIP LOCKED)`);
  }

  /** Whether a delivery has been on its way for so long that it may have been lost. */
  async mayHaveLost(): Promise<boolean> {
    const rows = await this.database.query(`SELECT 1 FROM delivery.due WHERE state = 'sent' AND updated_at < now() - interval '${LOST_SECONDS} seconds' LIMIT 1`);
    return rows.length > 0;
  }

  /** Deliveries that were sent before this instant, and long ago, wait again. Gives their number. */
  async takeBack(sentBeforeMs: number): Promise<number> {
    const rows = await this.database.query(
      `UPDATE delivery.due SET state = 'waiting', due_at = now(), updated_at = now()
        WHERE state = 'sent' AND record IS NOT NULL AND updated_at < least(now() - interval '${LOST_SECONDS} seconds', $1::timestamptz) RETURNING 1`,
      [new Date(sentBeforeMs).toISOString()],
    );
    return rows.length;
  }

  /** How much waits, by the last count of Postgres' own, and how long the first has been due, in seconds: of a thousand webhooks, if more have something due. */
  async backlog(): Promise<{ waiting: number; lateSeconds: number }> {
    const [row] = await this.database.query<{ waiting: number; late: number | null }>(`
      SELECT (SELECT greatest(reltuples, 0)::float8 FROM pg_class WHERE oid = 'delivery.due_of_webhook'::regclass) AS waiting,
             extract(epoch FROM now() - min(first.due_at))::float8 AS late
        FROM (SELECT webhook_id FROM delivery.due_head WHERE next_at <= now() ORDER BY next_at LIMIT 1000) head
       CROSS JOIN LATERAL (SELECT due_at FROM delivery.due WHERE webhook_id = head.webhook_id AND state = 'waiting' ORDER BY due_at LIMIT 1) first`);
    return { waiting: row?.waiting ?? 0, lateSeconds: Math.max(0, row?.late ?? 0) };
  }
}
