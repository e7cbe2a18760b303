import { randomUUID } from 'node:crypto';
import { ProblemError, mergeWebhook, newId } from '@buildwire/contracts';
import type { Dialect, Filter, Format, RenderingOptions, UpdateWebhook, Webhook } from '@buildwire/contracts';
import { Database, SecretBox, webhookSecretContext } from '@buildwire/database';
import type { Query } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { SETTING_COLUMNS, WEBHOOK_COLUMNS, settingsOf, shownWebhook, valuesOf } from './stored-webhook.js';
import type { Settings, WebhookRow } from './stored-webhook.js';

/** The state of a webhook after a change, as matching needs it. */
export interface WebhookVersion {
  id: string;
  format: Format;
  dialect: Dialect | null;
  options: RenderingOptions;
  events: string[];
  appId: string | null;
  filter: Filter | null;
  version: string;
  /** False once it is deleted or not active. */
  wanted: boolean;
}

const PARAMETERS = SETTING_COLUMNS.split(',').map((_, index) => `$${index + 3}`).join(', ');

/** The only writer of matching.webhook and matching.webhook_secret. Secrets are sealed on the way in and never read here. */
@Injectable()
export class WebhooksRepository {
  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
  ) {}

  async create(organizationId: string, settings: Settings, secret: string | undefined): Promise<Webhook> {
    const id = newId('whk');
    return this.change(organizationId, async (query) => {
      const [created] = await query<WebhookRow>(
        `insert into matching.webhook (organization_id, id, ${SETTING_COLUMNS}) values ($1, $2, ${PARAMETERS}) returning ${WEBHOOK_COLUMNS}`,
        [organizationId, id, ...valuesOf(settings, { organizationId, id }, this.secretBox)],
      );
      if (secret !== undefined) await this.addSecret(query, organizationId, id, secret);
      return shownWebhook(required(created), this.secretBox);
    });
  }

  /**
   * A new secret takes the place of the old one at once. Throws a {@link ProblemError}: `not_found`, or `invalid_request` if
   * the settings would no longer fit together.
   */
  async update(organizationId: string, id: string, change: UpdateWebhook): Promise<Webhook> {
    return this.change(organizationId, async (query) => {
      const settings = mergeWebhook(settingsOf(await this.find(query, organizationId, id), this.secretBox), change);
      const [updated] = await query<WebhookRow>(
        `update matching.webhook
            set (${SETTING_COLUMNS}) = (${PARAMETERS}), updated_at = now(), version = nextval('matching.webhook_version')
          where organization_id = $1 and id = $2 returning ${WEBHOOK_COLUMNS}`,
        [organizationId, id, ...valuesOf(settings, { organizationId, id }, this.secretBox)],
      );
      if (change.secret !== undefined) await this.replaceSecrets(query, organizationId, id, change.secret);
      return shownWebhook(required(updated), this.secretBox);
    });
  }

  /** Makes a webhook inactive, unless it was changed after that time. Tells whether it did. */
  async disable(organizationId: string, id: string, unlessChangedAfterMs: number): Promise<boolean> {
    return this.change(organizationId, async (query) => {
      const disabled = await query(
        `update matching.webhook set active = false, updated_at = now(), version = nextval('matching.webhook_version')
          where organization_id = $1 and id = $2 and active and deleted_at is null and updated_at <= $3 returning id`,
        [organizationId, id, new Date(unlessChangedAfterMs).toISOString()],
      );
      return disabled.length > 0;
    });
  }

  /** The row stays, so that other replicas learn of the change; its secrets go. Throws a {@link ProblemError} `not_found`. */
  async remove(organizationId: string, id: string): Promise<void> {
    await this.change(organizationId, async (query) => {
      const removed = await query(
        `update matching.webhook set deleted_at = now(), updated_at = now(), version = nextval('matching.webhook_version')
          where organization_id = $1 and id = $2 and deleted_at is null returning id`,
        [organizationId, id],
      );
      if (removed.length === 0) throw new ProblemError('not_found');
      await query('delete from matching.webhook_secret where organization_id = $1 and webhook_id = $2', [organizationId, id]);
    });
  }

  /** Throws a {@link ProblemError} `not_found`. */
  async get(organizationId: string, id: string): Promise<Webhook> {
    return shownWebhook(await this.find((sql, params) => this.database.query(sql, params), organizationId, id), this.secretBox);
  }

  /** The webhooks that changed after `version`, in the order of their changes; from version 0 only those that are wanted. */
  changesSince(organizationId: string, version: string, limit: number): Promise<WebhookVersion[]> {
    return this.database.query(
      `select id, format, dialect, options, events, app_id as "appId", filter, version, active and deleted_at is null as wanted
         from matching.webhook
        where organization_id = $1 and version > $2 and ($2::bigint > 0 or (active and deleted_at is null))
        order by version limit $3`,
      [organizationId, version, limit],
    );
  }

  /** Changes of one organization take turns, so that their versions become visible in order: see the migration. */
  private change<Result>(organizationId: string, work: (query: Query) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (query) => {
      await query('select 1 from matching.organization where id = $1 for no key update', [organizationId]);
      return work(query);
    });
  }

  private async find(query: Query, organizationId: string, id: string): Promise<WebhookRow> {
    const sql = `select ${WEBHOOK_COLUMNS} from matching.webhook where organization_id = $1 and id = $2 and deleted_at is null`;
    const [webhook] = await query<WebhookRow>(sql, [organizationId, id]);
    if (webhook === undefined) throw new ProblemError('not_found');
    return webhook;
  }

  private async replaceSecrets(query: Query, organizationId: string, webhookId: string, secret: string): Promise<void> {
    await query('delete from matching.webhook_secret where organization_id = $1 and webhook_id = $2', [organizationId, webhookId]);
    await this.addSecret(query, organizationId, webhookId, secret);
  }

  private async addSecret(query: Query, organizationId: string, webhookId: string, secret: string): Promise<void> {
    const { sealed, keyId } = this.secretBox.seal(Buffer.from(secret, 'utf8'), webhookSecretContext(organizationId, webhookId));
    await query('insert into matching.webhook_secret (id, organization_id, webhook_id, sealed, key_id) values ($1, $2, $3, $4, $5)', [
      randomUUID(),
      organizationId,
      webhookId,
      sealed,
      keyId,
    ]);
  }
}

function required<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('Postgres returned no row');
  return row;
}
