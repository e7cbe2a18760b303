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
  const conditions = [`d.organization_id = ${param(organizationId)}`, ...columnConditions(filters, param), ...timeConditions(filters, afterId, param)];
  if (filters.text !== undefined) conditions.push(textCondition(param(`%${escapeLike(storable(filters.text))}%`)));
  const sql = `
    select ${deliveryColumns} from delivery_log.delivery d
    where ${conditions.join(' and ')}
    order by d.created_at desc, d.id desc limit ${param(filters.limit + 1)}`;
  return { sql, params };
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

function timeConditions({ since, until }: DeliveryFilters, afterId: string | undefined, param: Param): string[] {
  const conditions: string[] = [];
  if (since !== undefined) conditions.push(`d.created_at >= ${param(since)}`);
  if (until !== undefined) conditions.push(`d.created_at < ${param(until)}`);
  if (afterId === undefined) return conditions;
  const createdAt = param(createdAtOf(afterId));
  // Postgres skips newer partitions by the first condition; the second alone finds the row's place in the index.
  return [...conditions, `d.created_at <= ${createdAt}`, `(d.created_at, d.id) < (${createdAt}, ${param(afterId)})`];
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
