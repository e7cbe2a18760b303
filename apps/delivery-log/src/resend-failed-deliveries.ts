import { ProblemError } from '@buildwire/contracts';
import type { ResendDeliveries, ResentDeliveries } from '@buildwire/contracts';
import { Database, decodeCursor, encodeCursor } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { createdAtOf } from './deliveries.query.js';
import { ResendDelivery } from './resend-delivery.js';

/** The most deliveries that one page sends, or leaves out because they have no attempt. */
export const PAGE_DELIVERIES = 200;
/** The most that it looks at: no index leads to those that failed, and millions may have succeeded since. */
const PAGE_EXAMINED = 5_000;
const KEYSET = [/^dlv_[0-7][0-9A-Z]{25}$/];

interface FailedPage {
  /** One more than the page if another follows. */
  ids: string[];
  examined: number;
  lastId: string | null;
}

/** Oldest first. Parameters: organization, webhook, from and until when their events were received, the delivery before the page. */
const failedDeliveries = `
  with examined as materialized (
    select d.created_at, d.id, d.status in ('exhausted', 'canceled') and d.trigger <> 'test' as failed from delivery_log.delivery d
     where d.organization_id = $1 and d.webhook_id = $2 and d.created_at >= $3 and d.created_at < $4 and (d.created_at, d.id) > ($3, $5)
     order by d.created_at, d.id limit ${PAGE_EXAMINED}
  ), failed as (
    select created_at, id from examined where failed order by created_at, id limit ${PAGE_DELIVERIES + 1}
  )
  select coalesce((select json_agg(id order by created_at, id) from failed), '[]') as ids, (select count(*)::int from examined) as examined,
         (select id from examined order by created_at desc, id desc limit 1) as "lastId"`;

/** Sends the deliveries of a webhook again that ended without success. */
@Injectable()
export class ResendFailedDeliveries {
  constructor(
    private readonly database: Database,
    private readonly resendDelivery: ResendDelivery,
  ) {}

  /**
   * A page of them, oldest first. Resolves when it is durable; asking again sends again what has not succeeded by
   * then. Throws a {@link ProblemError}: `not_found` for the webhook, `webhook_gone`, or `invalid_cursor`.
   */
  async resend(organizationId: string, { webhookId, since, until, cursor }: ResendDeliveries & { until: string }): Promise<ResentDeliveries> {
    await this.checkWebhook(organizationId, webhookId);
    const list = `failed deliveries of ${webhookId}`;
    const [afterId = ''] = cursor === undefined ? [] : decodeCursor(organizationId, list, cursor, KEYSET);
    const from = afterId === '' ? since : createdAtOf(afterId);
    if (from === undefined) throw new ProblemError('invalid_cursor');
    const [page] = await this.database.query<FailedPage>(failedDeliveries, [organizationId, webhookId, from, until, afterId]);
    const ids = page?.ids.slice(0, PAGE_DELIVERIES) ?? [];
    const resent = await this.resendDelivery.resendAll(organizationId, ids);
    const lastId = lastOf(page);
    return { resent, skipped: ids.length - resent, cursor: lastId === null ? null : encodeCursor(organizationId, list, [lastId]) };
  }

  private async checkWebhook(organizationId: string, id: string): Promise<void> {
    const sql = 'select active and deleted_at is null as "isActive" from matching.webhook where organization_id = $1 and id = $2';
    const [webhook] = await this.database.query<{ isActive: boolean }>(sql, [organizationId, id]);
    if (webhook === undefined) throw new ProblemError('not_found', 'there is no such webhook');
    if (!webhook.isActive) throw new ProblemError('webhook_gone');
  }
}

/** Where the next page begins; null if there is none. */
function lastOf(page: FailedPage | undefined): string | null {
  if (page === undefined) return null;
  if (page.ids.length > PAGE_DELIVERIES) return page.ids[PAGE_DELIVERIES - 1] ?? null;
  return page.examined === PAGE_EXAMINED ? page.lastId : null;
}
