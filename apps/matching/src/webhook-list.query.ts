import type { HealthRule, Webhook, WebhookFilters } from '@buildwire/contracts';
import { Database, INSTANT, SecretBox, decodeCursor, encodeCursor, pageOf } from '@buildwire/database';
import type { Page } from '@buildwire/database';
import { Inject, Injectable } from '@nestjs/common';
import { WEBHOOK_COLUMNS, shownWebhook } from './stored-webhook.js';
import type { WebhookRow } from './stored-webhook.js';
import { HEALTH_RULE } from './webhook-health.js';
import { Where } from './where.js';

const LIST = 'webhooks';
const KEYSET = [INSTANT, /^whk_[0-9A-Z]{26}$/];

/** The webhooks of an organization, newest first. */
@Injectable()
export class WebhookList {
  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
    @Inject(HEALTH_RULE) private readonly healthRule: HealthRule,
  ) {}

  /** Throws a `ProblemError` `invalid_cursor`. */
  async list(organizationId: string, { appId, limit, cursor }: WebhookFilters): Promise<Page<Webhook>> {
    const after = cursor === undefined ? undefined : decodeCursor(organizationId, LIST, cursor, KEYSET);
    const where = new Where().and('organization_id = ?', organizationId).and('app_id = ?', appId).after('created_at, id', after);
    const rows = await this.database.query<WebhookRow>(
      `select ${WEBHOOK_COLUMNS} from matching.webhook where ${where} and deleted_at is null
        order by created_at desc, id desc limit ${where.add(limit + 1)}`,
      where.params,
    );
    const { page, last } = pageOf(rows, limit);
    return { data: page.map((row) => shownWebhook(row, this.secretBox, this.healthRule)), nextCursor: last === undefined ? null : encodeCursor(organizationId, LIST, [last.createdAt, last.id]) };
  }
}
