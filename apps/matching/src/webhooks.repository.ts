import { randomUUID } from 'node:crypto';
import { ProblemError, newId } from '@buildwire/contracts';
import type { CreateWebhook, Dialect, Format, UpdateWebhook, Webhook } from '@buildwire/contracts';
import { Database, SecretBox, instant, webhookSecretContext } from '@buildwire/database';
import type { Query } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** The state of a webhook after a change, as matching needs it. */
export interface WebhookVersion {
  id: string;
  format: Format;
  dialect: Dialect;
  events: string[];
  appId: string | null;
  version: string;
  /** False once it is deleted or not active. */
  wanted: boolean;
}

type Settings = Omit<Webhook, 'id' | 'createdAt' | 'updatedAt'>;

/** A webhook as the API shows it. */
export const WEBHOOK_COLUMNS = `id, name, url, format, dialect, events, app_id as "appId", active, headers, retry, limits,
  ${instant('created_at')} as "createdAt", ${instant('updated_at')} as "updatedAt"`;

/** The only writer of matching.webhook and matching.webhook_secret. Secrets are sealed on the way in and never read here. */
@Injectable()
export class WebhooksRepository {
  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
  ) {}

  async create(organizationId: string, settings: Omit<CreateWebhook, 'secret'>, secret: string): Promise<Webhook> {
    const id = newId('whk');
    return this.change(organizationId, async (query) => {
      const [created] = await query<Webhook>(
        `insert into matching.webhook (organization_id, id, name, url, format, dialect, events, app_id, active, headers, retry, limits)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${WEBHOOK_COLUMNS}`,
        [organizationId, id, ...valuesOf(settings)],
      );
      await this.addSecret(query, organizationId, id, secret);
      return required(created);
    });
  }

  /** A new secret takes the place of the old one at once. Throws a {@link ProblemError} `not_found`. */
  async update(organizationId: string, id: string, change: Omit<UpdateWebhook, 'secret'>, secret: string | undefined): Promise<Webhook> {
    return this.change(organizationId, async (query) => {
      const current = await this.find(query, organizationId, id);
      const [updated] = await query<Webhook>(
        `update matching.webhook
            set (name, url, format, dialect, events, app_id, active, headers, retry, limits) = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12),
                updated_at = now(), version = nextval('matching.webhook_version')
          where organization_id = $1 and id = $2 returning ${WEBHOOK_COLUMNS}`,
        [organizationId, id, ...valuesOf({ ...current, ...change } as Settings)],
      );
      if (secret !== undefined) await this.replaceSecrets(query, organizationId, id, secret);
      return required(updated);
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
  get(organizationId: string, id: string): Promise<Webhook> {
    return this.find((sql, params) => this.database.query(sql, params), organizationId, id);
  }

  /** The webhooks that changed after `version`, in the order of their changes; from version 0 only those that are wanted. */
  changesSince(organizationId: string, version: string, limit: number): Promise<WebhookVersion[]> {
    return this.database.query(
      `select id, format, dialect, events, app_id as "appId", version, active and deleted_at is null as wanted
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

  private async find(query: Query, organizationId: string, id: string): Promise<Webhook> {
    const sql = `select ${WEBHOOK_COLUMNS} from matching.webhook where organization_id = $1 and id = $2 and deleted_at is null`;
    const [webhook] = await query<Webhook>(sql, [organizationId, id]);
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

/** In the order of the columns. pg would write a list as a Postgres array, so jsonb is given as text. */
function valuesOf({ name, url, format, dialect, events, appId, active, headers, retry, limits }: Settings): unknown[] {
  return [name, url, format, dialect, events, appId, active, JSON.stringify(headers), json(retry), json(limits)];
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function required<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('Postgres returned no row');
  return row;
}
