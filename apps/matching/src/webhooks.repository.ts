import { ProblemError, mergeWebhook, newId } from '@buildwire/contracts';
import type { Dialect, Filter, Format, HealthRule, RenderingOptions, UpdateWebhook, Webhook } from '@buildwire/contracts';
import { Database, SecretBox } from '@buildwire/database';
import type { Query } from '@buildwire/database';
import { Inject, Injectable } from '@nestjs/common';
import { inTurnOf } from './organization-turn.js';
import { SETTING_COLUMNS, WEBHOOK_COLUMNS, settingsOf, shownWebhook, valuesOf } from './stored-webhook.js';
import type { Settings, WebhookRow } from './stored-webhook.js';
import { HEALTH_RULE } from './webhook-health.js';
import { WebhookSecrets } from './webhook-secrets.js';

/** The state of a webhook after a change, as matching needs it. */
export interface WebhookVersion {
  organizationId: string;
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

/** What became of a webhook by a change of its settings, and what matters of what it was. */
export interface ChangedWebhook {
  webhook: Webhook;
  wasActive: boolean;
  wasDisabled: Webhook['disabled'];
  /** It has another URL. */
  moved: boolean;
}

const PARAMETERS = SETTING_COLUMNS.split(',').map((_, index) => `$${index + 3}`).join(', ');

const changesSince = {
  name: 'webhook-changes',
  text: `
    select asked.organization_id as "organizationId", changed.*
      from unnest($1::text[], $2::bigint[]) as asked (organization_id, version)
     cross join lateral (
       select id, format, dialect, options, events, app_id as "appId", filter, version, active and deleted_at is null as wanted
         from matching.webhook
        where organization_id = asked.organization_id and version > asked.version and (asked.version > 0 or (active and deleted_at is null))
        order by version limit $3
     ) as changed
     order by changed.version`,
};

/** The settings of webhooks. With {@link WebhookStates} the only writer of matching.webhook. */
@Injectable()
export class WebhooksRepository {
  private readonly secrets: WebhookSecrets;

  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
    @Inject(HEALTH_RULE) private readonly healthRule: HealthRule,
  ) {
    this.secrets = new WebhookSecrets(secretBox);
  }

  async create(organizationId: string, settings: Settings, secret: string | undefined): Promise<Webhook> {
    const id = newId('whk');
    return inTurnOf(this.database, organizationId, async (query) => {
      const [created] = await query<WebhookRow>(
        `insert into matching.webhook (organization_id, id, ${SETTING_COLUMNS}) values ($1, $2, ${PARAMETERS}) returning ${WEBHOOK_COLUMNS}`,
        [organizationId, id, ...valuesOf(settings, { organizationId, id }, this.secretBox)],
      );
      if (secret !== undefined) await this.secrets.add(query, { organizationId, id }, secret);
      return shownWebhook(required(created), this.secretBox, this.healthRule);
    });
  }

  /**
   * A new secret takes the place of all others at once. Whatever is said of `active` ends a disabling. Throws a {@link ProblemError}:
   * `not_found`, or `invalid_request` if the settings would no longer fit together.
   */
  async update(organizationId: string, id: string, change: UpdateWebhook): Promise<ChangedWebhook> {
    return inTurnOf(this.database, organizationId, async (query) => {
      const before = await this.find(query, organizationId, id);
      const known = settingsOf(before, this.secretBox);
      const settings = mergeWebhook(known, change);
      const [updated] = await query<WebhookRow>(
        `update matching.webhook
            set (${SETTING_COLUMNS}) = (${PARAMETERS}), updated_at = now(), version = nextval('matching.webhook_version')
                ${change.active === undefined ? '' : ', disabled_at = null, disabled_reason = null'}
          where organization_id = $1 and id = $2 returning ${WEBHOOK_COLUMNS}`,
        [organizationId, id, ...valuesOf(settings, { organizationId, id }, this.secretBox)],
      );
      if (change.secret !== undefined) await this.secrets.replaceAll(query, { organizationId, id }, change.secret);
      const webhook = shownWebhook(required(updated), this.secretBox, this.healthRule);
      return { webhook, wasActive: before.active, wasDisabled: before.disabled, moved: settings.url !== known.url };
    });
  }

  /**
   * Gives a webhook the secret that `secretFor` makes for its settings; earlier ones sign beside it for the overlap. Throws a
   * {@link ProblemError} `not_found`, and what `secretFor` throws.
   */
  async rotateSecret(organizationId: string, id: string, secretFor: (settings: Settings) => string, overlapSeconds: number): Promise<{ secret: string; previousExpiresAt: string }> {
    return inTurnOf(this.database, organizationId, async (query) => {
      const secret = secretFor(settingsOf(await this.find(query, organizationId, id), this.secretBox));
      const previousExpiresAt = await this.secrets.rotate(query, { organizationId, id }, secret, overlapSeconds);
      await query('update matching.webhook set updated_at = now() where organization_id = $1 and id = $2', [organizationId, id]);
      return { secret, previousExpiresAt };
    });
  }

  /** The row stays, so that other replicas learn of the change; its secrets go. Throws a {@link ProblemError} `not_found`. */
  async remove(organizationId: string, id: string): Promise<void> {
    await inTurnOf(this.database, organizationId, async (query) => {
      const removed = await query(
        `update matching.webhook set deleted_at = now(), updated_at = now(), version = nextval('matching.webhook_version')
          where organization_id = $1 and id = $2 and deleted_at is null returning id`,
        [organizationId, id],
      );
      if (removed.length === 0) throw new ProblemError('not_found');
      await this.secrets.removeAll(query, { organizationId, id });
    });
  }

  /** Throws a {@link ProblemError} `not_found`. */
  async get(organizationId: string, id: string): Promise<Webhook> {
    return shownWebhook(await this.find((sql, params) => this.database.query(sql, params), organizationId, id), this.secretBox, this.healthRule);
  }

  /**
   * The webhooks that changed after a `version` of their organization, in the order of their changes; from version 0 only those that
   * are wanted. At most `limit` of each organization.
   */
  changesSince(asked: readonly { organizationId: string; version: string }[], limit: number): Promise<WebhookVersion[]> {
    return this.database.query(changesSince, [asked.map(({ organizationId }) => organizationId), asked.map(({ version }) => version), limit]);
  }

  private async find(query: Query, organizationId: string, id: string): Promise<WebhookRow> {
    const sql = `select ${WEBHOOK_COLUMNS} from matching.webhook where organization_id = $1 and id = $2 and deleted_at is null`;
    const [webhook] = await query<WebhookRow>(sql, [organizationId, id]);
    if (webhook === undefined) throw new ProblemError('not_found');
    return webhook;
  }
}

function required<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('Postgres returned no row');
  return row;
}
