import { ProblemError } from '@buildwire/contracts';
import type { HealthRule, Webhook } from '@buildwire/contracts';
import { Database, SecretBox } from '@buildwire/database';
import { Inject, Injectable } from '@nestjs/common';
import { inTurnOf } from './organization-turn.js';
import { WEBHOOK_COLUMNS, shownWebhook } from './stored-webhook.js';
import type { WebhookRow } from './stored-webhook.js';
import { HEALTH_RULE } from './webhook-health.js';

/** Why a webhook is to be disabled: a refused attempt, or a history of them. */
export interface Disablement {
  organizationId: string;
  webhookId: string;
  reason: string;
  /** The time of it; a webhook that was changed since is left alone. */
  atMs: number;
}

/** Whether webhooks get deliveries: paused, resumed, disabled. With {@link WebhooksRepository} the only writer of matching.webhook. */
@Injectable()
export class WebhookStates {
  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
    @Inject(HEALTH_RULE) private readonly healthRule: HealthRule,
  ) {}

  /** Throws a {@link ProblemError} `not_found`; a second time changes nothing. */
  pause(organizationId: string, id: string): Promise<Webhook> {
    return this.set(organizationId, id, 'paused_at = coalesce(paused_at, now()), updated_at = case when paused_at is null then now() else updated_at end');
  }

  /** Throws a {@link ProblemError} `not_found`; a second time changes nothing. */
  resume(organizationId: string, id: string): Promise<Webhook> {
    return this.set(organizationId, id, 'paused_at = null, updated_at = case when paused_at is null then updated_at else now() end');
  }

  /**
   * Makes a webhook inactive and notes why. The webhook as it is then, also when told the same again, so that what follows
   * from it can be repeated; undefined if it was left alone.
   */
  disable({ organizationId, webhookId, reason, atMs }: Disablement): Promise<Webhook | undefined> {
    return inTurnOf(this.database, organizationId, async (query) => {
      const of = [organizationId, webhookId, new Date(atMs).toISOString()];
      const [disabled] = await query<WebhookRow>(
        `update matching.webhook
            set active = false, disabled_at = $3, disabled_reason = $4, updated_at = now(), version = nextval('matching.webhook_version')
          where organization_id = $1 and id = $2 and active and deleted_at is null and updated_at <= $3 returning ${WEBHOOK_COLUMNS}`,
        [...of, reason],
      );
      if (disabled !== undefined) return shownWebhook(disabled, this.secretBox, this.healthRule);
      const sql = `select ${WEBHOOK_COLUMNS} from matching.webhook where organization_id = $1 and id = $2 and deleted_at is null and disabled_at = $3`;
      const [already] = await query<WebhookRow>(sql, of);
      return already === undefined ? undefined : shownWebhook(already, this.secretBox, this.healthRule);
    });
  }

  private async set(organizationId: string, id: string, assignments: string): Promise<Webhook> {
    const sql = `update matching.webhook set ${assignments} where organization_id = $1 and id = $2 and deleted_at is null returning ${WEBHOOK_COLUMNS}`;
    const [webhook] = await this.database.query<WebhookRow>(sql, [organizationId, id]);
    if (webhook === undefined) throw new ProblemError('not_found');
    return shownWebhook(webhook, this.secretBox, this.healthRule);
  }
}
