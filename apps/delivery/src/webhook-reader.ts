import { setImmediate } from 'node:timers/promises';
import { InvalidSecretError, secretKey } from '@buildwire/contracts';
import type { Ordering, RuleSettings } from '@buildwire/contracts';
import { Database, SecretBox, SecretNotReadableError, webhookSecretContext, webhookUrlContext } from '@buildwire/database';
import { checkKeys } from '@buildwire/signing';
import { Injectable } from '@nestjs/common';
import { SharedRules } from './shared-rules.js';
import type { Found, WebhookSettings } from './webhook-settings.js';

const DEFAULT_CONCURRENCY = 10;
const NO_HEADERS = {};

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
  revision: string;
  expires_in_ms: number | null;
}

/** In one query: together they go on at once, and 50 attempts that start in one turn of the event loop take it 15 ms. */
const PORTION = 50;

const READ = `
  SELECT webhook.id, webhook.organization_id, webhook.url, webhook.url_sealed, webhook.url_key_id, webhook.active, webhook.format, webhook.dialect, webhook.headers,
         webhook.success, webhook.retry, webhook.signing, webhook.limits, webhook.ca, webhook.ordering, webhook.supersede, webhook.paused_at IS NOT NULL AS paused,
         coalesce(secrets.list, '[]') AS secrets, concat_ws(' ', webhook.xmin, secrets.revision) AS revision, secrets.expires_in_ms
    FROM matching.webhook webhook
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('sealed', encode(secret.sealed, 'base64'), 'keyId', secret.key_id) ORDER BY secret.created_at DESC) AS list,
             string_agg(concat(secret.id, secret.xmin), ' ' ORDER BY secret.created_at DESC) AS revision,
             extract(epoch FROM min(secret.expires_at) - now())::float8 * 1000 AS expires_in_ms
        FROM matching.webhook_secret secret
       WHERE secret.organization_id = webhook.organization_id AND secret.webhook_id = webhook.id
         AND (secret.expires_at IS NULL OR secret.expires_at > now())) secrets ON true
   WHERE webhook.id = ANY($1) AND webhook.deleted_at IS NULL`;

/** Webhooks to be read together, with what is known of them. */
interface Portion {
  known: Map<string, Found | undefined>;
  found: Promise<Map<string, Found>>;
}

/** Reads webhooks from matching's tables. Those asked for in one turn of the event loop, or while two portions are read, share a query. */
@Injectable()
export class WebhookReader {
  private readonly rules = new SharedRules();
  /** Not begun, so there may be room in it. */
  private next: Portion | undefined;
  /** The last two portions, the earlier first. */
  private latest: [Promise<unknown>, Promise<unknown>] = [Promise.resolve(), Promise.resolve()];

  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
  ) {}

  /** As it is now. Gives back what is `known` of it if that still holds, which is cheaper than to decrypt its secrets again. */
  async read(webhookId: string, known?: Found): Promise<Found> {
    const portion = this.next !== undefined && this.next.known.size < PORTION ? this.next : this.newPortion();
    portion.known.set(webhookId, known);
    return (await portion.found).get(webhookId) ?? { kind: 'deleted' };
  }

  private newPortion(): Portion {
    const [lastButOne, last] = this.latest;
    const known: Portion['known'] = new Map();
    this.next = { known, found: this.readAfter(lastButOne, known) };
    this.latest = [last, this.next.found.catch(() => undefined)];
    return this.next;
  }

  /** While one portion is read, another is decrypted. */
  private async readAfter(before: Promise<unknown>, known: Portion['known']): Promise<Map<string, Found>> {
    await Promise.all([before, setImmediate()]);
    if (this.next?.known === known) this.next = undefined;
    const rows = await this.database.query<Row>(READ, [[...known.keys()]]);
    return new Map(rows.map((row) => [row.id, this.foundOf(row, known.get(row.id))]));
  }

  private foundOf(row: Row, known: Found | undefined): Found {
    if (known?.kind === 'found' && known.revision === row.revision) return known;
    try {
      return { kind: 'found', webhook: this.settingsOf(row), revision: row.revision, goodUntilMs: performance.now() + (row.expires_in_ms ?? Infinity) };
    } catch (error) {
      if (error instanceof SecretNotReadableError) return { kind: 'unreadable', reason: 'the secret cannot be read with this SECRETS_KEY' };
      if (error instanceof InvalidSecretError) return { kind: 'unreadable', reason: `the secret cannot sign as the webhook says: ${error.message}` };
      throw error;
    }
  }

  private settingsOf(row: Row): WebhookSettings {
    const context = webhookSecretContext(row.organization_id, row.id);
    const keys = row.secrets.map(({ sealed, keyId }) => secretKey(this.secretBox.open(Buffer.from(sealed, 'base64'), keyId, context).toString('utf8')));
    const rules = this.rules.of(row);
    checkKeys(rules.schemes, keys);
    return {
      id: row.id,
      organizationId: row.organization_id,
      url: this.urlOf(row),
      active: row.active,
      format: row.format,
      dialect: row.dialect,
      headers: Object.keys(row.headers).length === 0 ? NO_HEADERS : row.headers,
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
