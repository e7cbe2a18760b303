import { randomUUID } from 'node:crypto';
import { ProblemError, deliveryRendered, renderedAlone } from '@buildwire/contracts';
import type { DeliveryHead, RenderedDelivery } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Publisher } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import { CLOCK_SKEW, createdAtOf } from './deliveries.query.js';

interface Row extends DeliveryHead {
  webhookIsActive: boolean;
  contentType: string | null;
  bodyHeaders: [string, string][] | null;
  body: string | null;
  bodyBytes: Buffer | null;
  attempt: number | null;
}

/** Every attempt has the same body; the first stored one tells it. */
const deliveriesToResend = `
  select
    d.id as "deliveryId", d.organization_id as "organizationId", d.event_id as "eventId", d.event_type as "eventType", d.app_id as "appId",
    d.webhook_id as "webhookId", d.format, d.dialect,
    coalesce(w.active and w.deleted_at is null, false) as "webhookIsActive",
    stored.content_type as "contentType", stored.body_headers as "bodyHeaders", stored.request_body as body, stored.request_body_bytes as "bodyBytes", stored.attempt
  from delivery_log.delivery d
  left join matching.webhook w on w.organization_id = d.organization_id and w.id = d.webhook_id
  left join lateral (
    select a.content_type, a.body_headers, a.request_body, a.request_body_bytes, max(a.schedule_attempt) over () as attempt
    from delivery_log.attempt a
    where a.delivery_id = d.id and a.organization_id = d.organization_id and a.sent_at >= d.created_at - ${CLOCK_SKEW}
    order by a.sent_at, a.id limit 1
  ) stored on true
  where d.organization_id = $1 and d.created_at = any ($2::timestamptz[]) and d.id = any ($3)
  order by d.created_at, d.id`;

/** Bodies may be large, so no more than these are in memory at once. */
const PORTION = 20;

/** Sends deliveries again. */
@Injectable()
export class ResendDelivery {
  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Resolves when the resend is durable; asking twice sends twice. Throws a {@link ProblemError}: `not_found`, `webhook_gone`,
   * or `invalid_request` for a delivery that has not been tried: there are no bytes to send again.
   */
  async resend(organizationId: string, id: string): Promise<{ deliveryId: string; resendId: string }> {
    const [found] = await this.find(organizationId, [id]);
    if (found === undefined) throw new ProblemError('not_found', 'there is no such delivery');
    const resend = resendOf(found);
    if (resend === undefined) throw new ProblemError('invalid_request', 'the delivery has no attempt in the log, so there is nothing to send again');
    await this.publisher.publish(deliveryRendered, renderedAlone(resend));
    return { deliveryId: id, resendId: resend.resendId };
  }

  /**
   * The same for many, in the order of their events; what has not been tried is left out. Says how many are sent. Throws a
   * {@link ProblemError} `webhook_gone`; as with an outage, some may have been sent then.
   */
  async resendAll(organizationId: string, ids: readonly string[]): Promise<number> {
    let sent = 0;
    for (let start = 0; start < ids.length; start += PORTION) {
      const found = await this.find(organizationId, ids.slice(start, start + PORTION));
      const resends = found.flatMap((row) => resendOf(row) ?? []);
      await this.publisher.publishAll(deliveryRendered, resends.map(renderedAlone));
      sent += resends.length;
    }
    return sent;
  }

  private async find(organizationId: string, ids: readonly string[]): Promise<Row[]> {
    const known = ids.filter((id) => createdAtOf(id) !== undefined);
    if (known.length === 0) return [];
    return this.database.query<Row>(deliveriesToResend, [organizationId, [...new Set(known.map(createdAtOf))], known]);
  }
}

/** Undefined for a delivery that has not been tried. Throws a {@link ProblemError} `webhook_gone`. */
function resendOf({ webhookIsActive, contentType, bodyHeaders, body, bodyBytes, attempt, ...head }: Row): (RenderedDelivery & { resendId: string }) | undefined {
  if (!webhookIsActive) throw new ProblemError('webhook_gone');
  if (contentType === null || attempt === null) return undefined;
  return { ...head, contentType, headers: bodyHeaders ?? [], body: body ?? bodyBytes?.toString('utf8') ?? '', trigger: 'resend', attempt, postponements: 0, resendId: randomUUID() };
}
