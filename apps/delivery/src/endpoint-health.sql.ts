/* Statements of the store of endpoints' health; `health` is the row as it was, `excluded` what is new. */

/** The last success that is known now. */
const SUCCESS = `coalesce(greatest(health.last_success_at, excluded.last_success_at), '-infinity')`;
/** Whether the streak goes on. */
const GOES_ON = `health.first_failure_at > ${SUCCESS}`;
/** Whether these failures were not counted before: a batch that comes again has none that is later than the row's. */
const IS_NEW = `(health.last_failure_at is null or excluded.last_failure_at > health.last_failure_at)`;
/** Of a streak that a success interrupts, its last failure is all that is known to come after it. */
const KEPT = `case when ${GOES_ON} then health.consecutive_failures when health.last_failure_at > ${SUCCESS} then 1 else 0 end`;
const KEPT_FROM = `case when ${GOES_ON} then health.first_failure_at when health.last_failure_at > ${SUCCESS} then health.last_failure_at end`;
const ADDED = `case when excluded.first_failure_at > ${SUCCESS} then excluded.consecutive_failures when excluded.last_failure_at > ${SUCCESS} then 1 else 0 end`;
const ADDED_FROM = `case when excluded.first_failure_at > ${SUCCESS} then excluded.first_failure_at when excluded.last_failure_at > ${SUCCESS} then excluded.last_failure_at end`;
/** A success that was sent when the circuit was half-open, or would have been in the replica that sent it. */
const RECOVERS = `health.circuit_state = 'open' and excluded.last_success_at > health.open_until`;

/** Of two changes of the same millisecond, that which is open for longer is true, as in the memory of the replicas. */
const orderOf = (row: string) => `(${row}.circuit_changed_at, coalesce(${row}.open_until, '-infinity'))`;

/** Fewer failures in a row prove nothing. */
const MIN_FAILURES = 5;

/** What events tell of a webhook; the URL of a chat target is sealed and stays so. */
const told = (row: string) => `webhook.organization_id as "organizationId", coalesce(webhook.app_id, ${row}.app_id, '') as "appId", webhook.name, webhook.url`;

/** Counts reports ($1, a list with one for each webhook). Gives those whose circuit they closed. */
export const COUNT_REPORTS = `
  with counted as (
    insert into delivery.endpoint_health as health
      (webhook_id, organization_id, app_id, consecutive_failures, first_failure_at, last_failure_at, last_success_at, last_reason,
       window_at, window_successes, window_failures)
    select webhook_id, organization_id, app_id, streak, streak_from, last_failure_at, last_success_at, reason, date_trunc('hour', now()), successes, failures
      from json_to_recordset($1) as report(webhook_id text, organization_id text, app_id text, streak int, streak_from timestamptz,
           last_failure_at timestamptz, last_success_at timestamptz, reason text, successes int, failures int)
     order by webhook_id
    on conflict (webhook_id) do update set
      app_id = excluded.app_id,
      consecutive_failures = ${KEPT} + case when ${IS_NEW} then ${ADDED} else 0 end,
      first_failure_at = least(${KEPT_FROM}, ${ADDED_FROM}),
      last_failure_at = greatest(health.last_failure_at, excluded.last_failure_at),
      last_success_at = greatest(health.last_success_at, excluded.last_success_at),
      last_reason = case when ${IS_NEW} then excluded.last_reason else health.last_reason end,
      window_at = excluded.window_at,
      window_successes = excluded.window_successes + case when health.window_at = excluded.window_at then health.window_successes else 0 end,
      window_failures = case when ${IS_NEW} then excluded.window_failures else 0 end + case when health.window_at = excluded.window_at then health.window_failures else 0 end,
      previous_successes = case health.window_at when excluded.window_at then health.previous_successes when excluded.window_at - interval '1 hour' then health.window_successes else 0 end,
      previous_failures = case health.window_at when excluded.window_at then health.previous_failures when excluded.window_at - interval '1 hour' then health.window_failures else 0 end,
      warned_at = case when ${GOES_ON} then health.warned_at end,
      refused_at = case when ${GOES_ON} then health.refused_at end,
      circuit_state = case when ${RECOVERS} then 'closed' else health.circuit_state end,
      circuit_changed_at = case when ${RECOVERS} then excluded.last_success_at else health.circuit_changed_at end,
      circuit_written_at = case when ${RECOVERS} then now() else health.circuit_written_at end,
      outage_ended_at = case when ${RECOVERS} then excluded.last_success_at else health.outage_ended_at end,
      updated_at = now()
    returning health.*
  )
  select counted.webhook_id as "webhookId", (extract(epoch from counted.circuit_changed_at) * 1000)::float8 as "changedAtMs", 'ended' as outage, ${told('counted')}
    from counted join matching.webhook webhook on webhook.id = counted.webhook_id
   where counted.circuit_written_at = now()`;

/**
 * Writes changes of circuits ($1, a list with one for each webhook), unless the row has a later one; a circuit that closes
 * makes no row. Gives the rows that it wrote. A change of the same millisecond as the row's has been told: it leaves `updated_at`.
 */
export const WRITE_CIRCUITS = `
  with written as (
    insert into delivery.endpoint_health as health
      (webhook_id, organization_id, app_id, circuit_state, open_until, openings, circuit_reason, circuit_changed_at, circuit_written_at, outage_began_at)
    select change.webhook_id, webhook.organization_id, coalesce(change.app_id, webhook.app_id), change.state, change.open_until, change.openings, change.reason,
           change.changed_at, now(), case change.state when 'open' then change.changed_at end
      from json_to_recordset($1) as change(webhook_id text, app_id text, state text, open_until timestamptz, openings int, reason text, changed_at timestamptz)
      join matching.webhook webhook on webhook.id = change.webhook_id
     where change.state = 'open' or exists (select 1 from delivery.endpoint_health known where known.webhook_id = change.webhook_id)
     order by change.webhook_id
    on conflict (webhook_id) do update set
      app_id = coalesce(excluded.app_id, health.app_id),
      circuit_state = excluded.circuit_state,
      open_until = excluded.open_until,
      openings = excluded.openings,
      circuit_reason = coalesce(excluded.circuit_reason, health.circuit_reason),
      circuit_changed_at = excluded.circuit_changed_at,
      circuit_written_at = now(),
      outage_began_at = case when health.circuit_state = 'closed' and excluded.circuit_state = 'open' then excluded.circuit_changed_at else health.outage_began_at end,
      outage_ended_at = case when health.circuit_state = 'open' and excluded.circuit_state = 'closed' then excluded.circuit_changed_at else health.outage_ended_at end,
      updated_at = case when health.circuit_changed_at = excluded.circuit_changed_at then health.updated_at else now() end
    where health.circuit_changed_at is null or ${orderOf('excluded')} > ${orderOf('health')}
    returning health.*
  )
  select written.webhook_id as "webhookId", (extract(epoch from written.circuit_changed_at) * 1000)::float8 as "changedAtMs",
         case when written.updated_at < now() then null
              when written.circuit_state = 'open' and written.outage_began_at = written.circuit_changed_at then 'began'
              when written.circuit_state = 'closed' and written.outage_ended_at = written.circuit_changed_at then 'ended' end as outage, ${told('written')}
    from written join matching.webhook webhook on webhook.id = written.webhook_id`;

/** The changes of circuits since $1, at first those that are open or were until lately, which are half-open, $2 at most; and what to ask with next, which leaves time to what is still being written. */
export const READ_CIRCUITS = `
  select (now() - interval '10 seconds')::text as since, coalesce(json_agg(change), '[]') as changes
    from (select webhook_id as "webhookId", circuit_state as state, openings, circuit_reason as reason,
                 coalesce(extract(epoch from open_until) * 1000, 0)::float8 as "untilMs", (extract(epoch from circuit_changed_at) * 1000)::float8 as "changedAtMs",
                 (extract(epoch from coalesce(outage_began_at, circuit_changed_at)) * 1000)::float8 as "sinceMs"
            from delivery.endpoint_health
           where circuit_written_at > coalesce($1::timestamptz, '-infinity') and ($1::timestamptz is not null or (circuit_state = 'open' and open_until > now() - interval '1 hour'))
           order by circuit_written_at desc
           limit $2) change`;

/** Webhooks in use that had no success for $1 milliseconds, in five attempts or more, counted from their last change, and were not noted before; $2 at most. */
export const failingUnless = (noted: 'warned_at' | 'refused_at') => `
  select health.webhook_id as "webhookId", health.last_reason as reason, ${told('health')},
         (extract(epoch from greatest(health.first_failure_at, webhook.updated_at)) * 1000)::float8 as "failingSinceMs",
         floor(extract(epoch from health.last_failure_at) * 1000)::float8 as "lastFailureAtMs"
    from delivery.endpoint_health health join matching.webhook webhook on webhook.id = health.webhook_id
   where health.first_failure_at <= now() - $1 * interval '1 millisecond' and health.consecutive_failures >= ${MIN_FAILURES}
     and webhook.updated_at <= least(now() - $1 * interval '1 millisecond', health.last_failure_at)
     and webhook.active and webhook.paused_at is null and webhook.deleted_at is null
     and (health.${noted} is null or health.${noted} < webhook.updated_at)
   order by health.first_failure_at
   limit $2`;

export const FORGET_STREAK = `
  update delivery.endpoint_health
     set consecutive_failures = 0, first_failure_at = null, warned_at = null, refused_at = null, updated_at = now()
   where webhook_id = any($1)`;

export const TIDY = `
  delete from delivery.endpoint_health health using matching.webhook webhook
   where webhook.id = health.webhook_id and webhook.deleted_at < now() - interval '1 hour'`;
