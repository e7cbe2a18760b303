/** A claim whose publisher died is taken over after this. */
const CLAIM_SECONDS = 60;
/** A webhook is served once in this time, so that its backlog comes back at a bounded rate however many replicas ask. */
const SERVED_EVERY_MS = 100;

/* Several statements in one transaction: each after the first sees what was committed before the heads were locked. Nothing here
 * waits for a lock, so a claim and a writer that holds rows while it waits for a head cannot block each other. */

/** Whoever was served goes to the end: the claim goes round all webhooks, whatever each of them has waiting. */
export const LOCK_HEADS = `
  SELECT organization_id, webhook_id FROM delivery.due_head WHERE next_at <= now() ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

export const DUE_OF_HEADS = `
  SELECT due.delivery_id, due.order_key, due.record
    FROM unnest($1::text[]) AS head(webhook_id)
   CROSS JOIN LATERAL (
     SELECT delivery_id, order_key, record FROM delivery.due
      WHERE webhook_id = head.webhook_id AND state = 'waiting' AND due_at <= now() ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
   ) due`;

export const TAKE = `
  UPDATE delivery.due SET state = 'claimed', claim_token = $2, claimed_until = now() + interval '${CLAIM_SECONDS} seconds', held_since = NULL
   WHERE delivery_id = ANY($1)`;

export const HOLD = `
  UPDATE delivery.due due SET due_at = now() + hold.for_ms * interval '1 millisecond', held_since = CASE WHEN hold.anew THEN now() ELSE coalesce(due.held_since, now()) END
    FROM json_to_recordset($1) AS hold(delivery_id text, for_ms float8, anew boolean)
   WHERE due.delivery_id = hold.delivery_id`;

export const PUT_HEADS_BACK = `
  WITH rest AS (
    SELECT head.organization_id, head.webhook_id,
           (SELECT due_at FROM delivery.due WHERE due.webhook_id = head.webhook_id AND state = 'waiting' ORDER BY due_at LIMIT 1) AS due_at
      FROM unnest($1::text[], $2::text[]) AS head(organization_id, webhook_id)
  ), gone AS (
    DELETE FROM delivery.due_head head USING rest
     WHERE head.organization_id = rest.organization_id AND head.webhook_id = rest.webhook_id AND rest.due_at IS NULL
  )
  UPDATE delivery.due_head head SET next_at = greatest(rest.due_at, now() + interval '${SERVED_EVERY_MS} milliseconds') FROM rest
   WHERE head.organization_id = rest.organization_id AND head.webhook_id = rest.webhook_id AND rest.due_at IS NOT NULL`;

/** All that has not ended of these builds. The ranks fit a double. */
export const BUILDS = `
  SELECT delivery_id, order_key, order_rank::float8 AS rank, record->>'eventType' AS event_type, state, ordered, supersedes,
         attempt > 1 AND postponements = 0 AS is_retry,
         extract(epoch FROM due_at - now())::float8 * 1000 AS due_in_ms, extract(epoch FROM now() - held_since)::float8 * 1000 AS held_for_ms
    FROM delivery.due WHERE order_key = ANY($1) AND state <> 'final'`;

/** The key begins with the webhook's id, which is of one organization. */
export const TURNS = `
  SELECT order_key, order_rank::float8 AS rank, event_type FROM delivery.build_turn WHERE organization_id = ANY($1) AND order_key = ANY($2)`;

export const TELL = `
  INSERT INTO delivery.build_turn AS turn (organization_id, order_key, order_rank, event_type, updated_at)
  SELECT DISTINCT ON (order_key) organization_id, order_key, order_rank, record->>'eventType', now()
    FROM delivery.due WHERE delivery_id = ANY($1) AND order_key IS NOT NULL ORDER BY order_key, order_rank DESC
  ON CONFLICT (organization_id, order_key) DO UPDATE SET order_rank = excluded.order_rank, event_type = excluded.event_type, updated_at = now()
   WHERE turn.order_rank <= excluded.order_rank`;

/** What was overtaken is looked at now, not when its retry is due: the next claim ends it. */
export const WAKE_OVERTAKEN = `
  UPDATE delivery.due SET due_at = now()
   WHERE delivery_id IN (
     SELECT due.delivery_id FROM delivery.due due JOIN delivery.build_turn turn USING (organization_id, order_key)
      WHERE due.order_key = ANY($1) AND due.state = 'waiting' AND due.order_rank < turn.order_rank AND due.due_at > now()
        FOR UPDATE OF due SKIP LOCKED)`;
