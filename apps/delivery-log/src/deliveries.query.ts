import { timeOfId, timestampOf } from '@buildwire/contracts';
import type { DeliveryFilters } from '@buildwire/contracts';
import { instant } from '@buildwire/database';
import { storable } from './storable-text.js';

/** A statement and its parameters. */
export interface Statement {
  sql: string;
  params: unknown[];
}

/** The columns of a delivery as answers name them; the table's alias is `d`. */
export const deliveryColumns = `
  d.id, d.event_id as "eventId", d.event_type as "eventType", d.app_id as "appId", d.webhook_id as "webhookId", d.format, d.dialect,
  d.trigger, d.status, d.attempt_count as "attemptCount", d.last_status_code as "lastStatusCode", d.reason,
  ${instant('d.next_attempt_at')} as "nextAttemptAt", ${instant('d.created_at')} as "createdAt", ${instant('d.completed_at')} as "completedAt"`;

/** How much older than its delivery an attempt may seem, since clocks of two machines differ. Postgres skips older partitions by it. */
export const CLOCK_SKEW = `interval '24 hours'`;

/** The latest year that both a ULID and our notation of time can say. */
const LATEST_MS = Date.UTC(10_000, 0) - 1;

/** One more delivery than the limit, newest first: the last says only that there is a next page. */
export function deliveriesQuery(organizationId: string, filters: DeliveryFilters, afterId: string | undefined): Statement {
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const ofColumns = columnConditions(filters, param);
  const isInOrder = ofColumns.length === 0 || filters.eventId !== undefined;
  const conditions = [`d.organization_id = ${param(organizationId)}`, ...ofColumns, ...timeConditions(filters, param)];
  if (afterId !== undefined) conditions.push(afterCondition(param(createdAtOf(afterId)), param(afterId), isInOrder));
  if (filters.text !== undefined) conditions.push(textCondition(param(`%${escapeLike(storable(filters.text))}%`)));
  const found = `delivery_log.delivery d where ${conditions.join(' and ')}`;
  const limit = param(filters.limit + 1);
  const sql = `select ${deliveryColumns} from ${isInOrder ? found : withTies(found, limit)} order by d.created_at desc, d.id desc limit ${limit}`;
  return { sql, params };
}

/**
 * The indexes of most filters know no ids, so all deliveries of the page's last millisecond are read and then sorted. Were the whole
 * order asked for at once, the primary key, which has it, would look cheaper for values that are frequent on the whole, though they may
 * be rare of late.
 */
function withTies(found: string, limit: string): string {
  return `(select * from ${found} order by d.created_at desc fetch first (${limit}) rows with ties) d`;
}

/** When the event of a delivery was received, which names the delivery's partition; undefined if this is no delivery's id. */
export function createdAtOf(id: string): string | undefined {
  const timeMs = id.startsWith('dlv_') ? timeOfId(id) : undefined;
  return timeMs === undefined || timeMs > LATEST_MS ? undefined : timestampOf(timeMs);
}

type Param = (value: unknown) => string;

function columnConditions({ webhookId, appId, eventId, type, status, statusCode, format }: DeliveryFilters, param: Param): string[] {
  const equals = { webhook_id: webhookId, app_id: appId === undefined ? undefined : storable(appId), event_id: eventId, event_type: type, status, format };
  const conditions = Object.entries(equals).flatMap(([column, value]) => (value === undefined ? [] : [`d.${column} = ${param(value)}`]));
  return statusCode === undefined ? conditions : [...conditions, statusCodeCondition(statusCode, param)];
}

/** A class has an index of its own: a range of codes would have to be sorted by time. */
function statusCodeCondition(statusCode: string, param: Param): string {
  if (statusCode.endsWith('xx')) return `(d.last_status_code / 100) = ${param(Number(statusCode[0]))}`;
  return `d.last_status_code = ${param(Number(statusCode))}`;
}

function timeConditions({ since, until }: DeliveryFilters, param: Param): string[] {
  const conditions: string[] = [];
  if (since !== undefined) conditions.push(`d.created_at >= ${param(since)}`);
  if (until !== undefined) conditions.push(`d.created_at < ${param(until)}`);
  return conditions;
}

/** Postgres skips newer partitions by the first condition. The second finds the row's place in an index that knows ids, and must not make that look cheaper to others. */
function afterCondition(createdAt: string, id: string, isInOrder: boolean): string {
  const place = isInOrder ? `(d.created_at, d.id) < (${createdAt}, ${id})` : `not (d.created_at = ${createdAt} and d.id >= ${id})`;
  return `d.created_at <= ${createdAt} and ${place}`;
}

/**
 * No index helps here: it reads the attempts of one delivery after the other until the page is full, so a text that is
 * rare takes long. A time range or any other filter bounds it. A body with NUL characters is searched in Postgres's
 * escape notation, where only its ASCII text looks as it did.
 */
function textCondition(pattern: string): string {
  return `(d.reason ilike ${pattern} or exists (
    select from delivery_log.attempt a
    where a.delivery_id = d.id and a.organization_id = d.organization_id and a.sent_at >= d.created_at - ${CLOCK_SKEW}
      and (a.reason ilike ${pattern} or a.request_body ilike ${pattern} or encode(a.request_body_bytes, 'escape') ilike ${pattern})
  ))`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
