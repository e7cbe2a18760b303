import { setImmediate } from 'node:timers/promises';
import { InvalidSecretError, rulesOf, secretKey } from '@buildwire/contracts';
import type { Ordering, RuleSettings } from '@buildwire/contracts';
import { Database, SecretBox, SecretNotReadableError, webhookSecretContext, webhookUrlContext } from '@buildwire/database';
import { checkKeys } from '@buildwire/signing';
import { Injectable } from '@nestjs/common';
import type { Found, WebhookSettings } from './webhook-settings.js';

const DEFAULT_CONCURRENCY = 10;

interface Row extends RuleSettings {
  id: string;
  organization_id: string;
  url: string | null;
  url_sealed: Buffer | null;
  url_key_id: string | null;
  active: boolean;
  headers: Record<string, string>;
  limits: { timeoutMs?: number; perSecond?: number; concurrency?: number } | null;
  ca: string | null;
  ordering: Ordering;
  supersede: boolean;
  paused: boolean;
  secrets: { sealed: string; keyId: string }[];
}

/** Reads webhooks from matching's tables. Those asked for in one turn of the event loop share a query. */
@Injectable()
export class WebhookReader {
  private asked = new Set<string>();
  private turn: Promise<Map<string, Found>> | undefined;

  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
  ) {}

  async read(webhookId: string): Promise<Found> {
    this.asked.add(webhookId);
    this.turn ??= this.readAsked();
    return (await this.turn).get(webhookId) ?? { kind: 'deleted' };
  }

  private async readAsked(): Promise<Map<string, Found>> {
    await setImmediate();
    const ids = [...this.asked];
    this.asked = new Set();
    this.turn = undefined;
    const rows = await this.database.query<Row>(
      `SELECT webhook.id, webhook.organization_id, webhook.url, webhook.url_sealed, webhook.url_key_id, webhook.active, webhook.format, webhook.dialect, webhook.headers,
              webhook.success, webhook.retry, webhook.signing, webhook.limits, webhook.ca, webhook.ordering, webhook.supersede, webhook.paused_at IS NOT NULL AS paused,
              coalesce((SELECT json_agg(json_build_object('sealed', encode(secret.sealed, 'base64'), 'keyId', secret.key_id) ORDER BY secret.created_at DESC)
                          FROM matching.webhook_secret secret
                         WHERE secret.organization_id = webhook.organization_id AND secret.webhook_id = webhook.id
                           AND (secret.expires_at IS NULL OR secret.expires_at > now())), '[]') AS secrets
         FROM matching.webhook webhook
        WHERE webhook.id = ANY($1) AND webhook.deleted_at IS NULL`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, this.foundOf(row)]));
  }

  private foundOf(row: Row): Found {
    try {
      return { kind: 'found', webhook: this.settingsOf(row) };
    } catch (error) {
      if (error instanceof SecretNotReadableError) return { kind: 'unreadable', reason: 'the secret cannot be read with this SECRETS_KEY' };
      if (error instanceof InvalidSecretError) return { kind: 'unreadable', reason: `the secret cannot sign as the webhook says: ${error.message}` };
      throw error;
    }
  }

  private settingsOf(row: Row): WebhookSettings {
    const context = webhookSecretContext(row.organization_id, row.id);
    const keys = row.secrets.map(({ sealed, keyId }) => secretKey(this.secretBox.open(Buffer.from(sealed, 'base64'), keyId, context).toString('utf8')));
    const rules = rulesOf(row);
    checkKeys(rules.schemes, keys);
    return {
      id: row.id,
      organizationId: row.organization_id,
      url: this.urlOf(row),
      active: row.active,
      format: row.format,
      dialect: row.dialect,
      headers: row.headers,
      rules,
      timeoutMs: row.limits?.timeoutMs,
      concurrency: row.limits?.concurrency ?? DEFAULT_CONCURRENCY,
      ca: row.ca,
      ordering: row.ordering,
      supersede: row.supersede,
      paused: row.paused,
      keys,
    };
  }

  /** The URL of a chat target is a secret, and sealed. */
  private urlOf({ organization_id: organizationId, id, url, url_sealed: sealed, url_key_id: keyId }: Row): string {
    if (sealed === null || keyId === null) return url ?? '';
    return this.secretBox.open(sealed, keyId, webhookUrlContext(organizationId, id)).toString('utf8');
  }
}
