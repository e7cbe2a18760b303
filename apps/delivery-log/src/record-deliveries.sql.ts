/**
 * Stores attempts ($2) and what messages say about deliveries ($1), both as JSON arrays of rows, in one atomic
 * statement. An attempt counts when its row is really inserted, so that it counts once however often it is reported.
 *
 * Each register of a delivery (its end, its latest attempt, its schedule) takes the first row of one total order, both
 * among the messages of a batch and against what is stored: neither the order of messages nor their batches matter.
 * A delivery's trigger is `test` once a message says so: `event` is the lesser word.
 * Rows are written in the order of their keys, so that replicas never wait for each other in a circle.
 */
export const recordDeliveries = `
  with inserted as (
    insert into delivery_log.attempt
    select * from json_populate_recordset(null::delivery_log.attempt, $2::json) order by sent_at, id
    on conflict do nothing
    returning delivery_id
  ), counted as (
    select delivery_id, count(*)::integer as attempts from inserted group by delivery_id
  ), change as (
    select
      c.created_at, c.id, min(c.organization_id) as organization_id, min(c.event_id) as event_id,
      min(c.event_type) as event_type, min(c.app_id) as app_id, min(c.webhook_id) as webhook_id,
      min(c.format) as format, min(c.dialect) as dialect, max(c.trigger) as trigger,
      (array_agg(c order by ${endOrder('c')}))[1] as ending,
      (array_agg(c order by ${attemptOrder('c')}))[1] as attempted,
      (array_agg(c order by ${scheduleOrder('c')}))[1] as scheduled
    from json_populate_recordset(null::delivery_log.delivery, $1::json) as c
    group by c.created_at, c.id
  )
  insert into delivery_log.delivery as d (
    created_at, id, organization_id, event_id, event_type, app_id, webhook_id, format, dialect, trigger, attempt_count,
    status, completed_at, closed_reason,
    last_sent_at, last_status_code, last_attempt_reason,
    scheduled_at, due_at, postponed_reason
  )
  select
    created_at, id, organization_id, event_id, event_type, app_id, webhook_id, format, dialect, trigger, coalesce(attempts, 0),
    (ending).status, (ending).completed_at, (ending).closed_reason,
    (attempted).last_sent_at, (attempted).last_status_code, (attempted).last_attempt_reason,
    (scheduled).scheduled_at, (scheduled).due_at, (scheduled).postponed_reason
  from change left join counted on counted.delivery_id = change.id
  order by created_at, id
  on conflict (created_at, id) do update set
    attempt_count = d.attempt_count + excluded.attempt_count,
    trigger = greatest(d.trigger, excluded.trigger),
    ${first(['status', 'completed_at', 'closed_reason'], endOrder('c'))},
    ${first(['last_sent_at', 'last_status_code', 'last_attempt_reason'], attemptOrder('c'))},
    ${first(['scheduled_at', 'due_at', 'postponed_reason'], scheduleOrder('c'))}`;

/** A success absorbs everything; of other ends the first stands; all absorb waiting. */
function endOrder(row: string): string {
  return `${row}.status = 'succeeded' desc, ${row}.completed_at nulls last, ${row}.status, ${row}.closed_reason`;
}

/** The latest wins. */
function attemptOrder(row: string): string {
  return latestFirst(row, ['last_sent_at', 'last_status_code', 'last_attempt_reason']);
}

function scheduleOrder(row: string): string {
  return latestFirst(row, ['scheduled_at', 'due_at', 'postponed_reason']);
}

/** The columns after the time decide between messages of one millisecond. */
function latestFirst(row: string, columns: string[]): string {
  return columns.map((column) => `${row}.${column} desc nulls last`).join(', ');
}

/** Sets columns to those of the stored row or of the new one, whichever comes first. */
function first(columns: string[], order: string): string {
  const [stored, excluded] = ['d', 'excluded'].map((row) => columns.map((column) => `${row}.${column}`).join(', '));
  const names = columns.join(', ');
  return `(${names}) = (select ${names} from (values (${stored}), (${excluded})) as c (${names}) order by ${order} limit 1)`;
}
