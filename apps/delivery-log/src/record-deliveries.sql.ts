import { attemptColumns } from './attempt-row.js';
import { changeColumns } from './delivery-change.js';

const attemptNames = attemptColumns.names.join(', ');
const changeNames = changeColumns.names.join(', ');

/**
 * Stores attempts and what messages say about deliveries, each delivery once, in one atomic statement. An attempt counts
 * when its row is really inserted, so that it counts once however often it is reported. Parameters: the columns of the
 * attempts, then those of the changes.
 *
 * Each register of a delivery (its end, its latest attempt, its schedule) takes the first of what is stored and what is
 * said by a total order: neither the order of messages nor their batches matter. A delivery's trigger is `test` once a
 * message says so: `event` is the lesser word.
 */
export const recordDeliveries = {
  name: 'record-deliveries',
  text: `
  with inserted as (
    insert into delivery_log.attempt (${attemptNames})
    select * from ${attemptColumns.table('a')}
    on conflict do nothing
    returning delivery_id
  )
  insert into delivery_log.delivery as d (${changeNames}, attempt_count)
  select c.*, (c.id in (select delivery_id from inserted))::integer
  from ${changeColumns.table('c', attemptColumns.names.length + 1)}
  on conflict (organization_id, created_at, id) do update set
    attempt_count = d.attempt_count + excluded.attempt_count,
    trigger = greatest(d.trigger, excluded.trigger),
    ${first(['status', 'completed_at', 'closed_reason'], endOrder('c'))},
    ${first(['last_sent_at', 'last_status_code', 'last_attempt_reason'], attemptOrder('c'))},
    ${first(['scheduled_at', 'due_at', 'postponed_reason'], scheduleOrder('c'))}`,
};

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
