import { setImmediate } from 'node:timers/promises';
import { Database, SecretBox, SecretNotReadableError } from '@buildwire/database';
import { secretKey } from '@buildwire/signing';
import { Injectable } from '@nestjs/common';
import type { Found, WebhookSettings } from './webhook-settings.js';

interface Row {
  id: string;
  organization_id: string;
  url: string;
  active: boolean;
  headers: Record<string, string>;
  retry: { schedule: number[] } | null;
  limits: { timeoutMs?: number } | null;
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
      `SELECT webhook.id, webhook.organization_id, webhook.url, webhook.active, webhook.headers, webhook.retry, webhook.limits,
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
      throw error;
    }
  }

  private settingsOf(row: Row): WebhookSettings {
    const context = `${row.organization_id}|${row.id}|secret`;
    return {
      id: row.id,
      organizationId: row.organization_id,
      url: row.url,
      active: row.active,
      headers: row.headers,
      schedule: row.retry?.schedule,
      timeoutMs: row.limits?.timeoutMs,
      secrets: row.secrets.map(({ sealed, keyId }) => secretKey(this.secretBox.open(Buffer.from(sealed, 'base64'), keyId, context).toString('utf8'))),
    };
  }
}
