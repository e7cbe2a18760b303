import { rulesOf, shownUrl } from '@buildwire/contracts';
import type { CreateWebhook, HealthRule, Webhook } from '@buildwire/contracts';
import { instant, webhookUrlContext } from '@buildwire/database';
import type { SecretBox } from '@buildwire/database';
import { HEALTH_COLUMN, shownHealth } from './webhook-health.js';
import type { HealthRow } from './webhook-health.js';

/** What an owner decided, with the whole URL. */
export type Settings = Omit<CreateWebhook, 'secret'>;

/** A row of matching.webhook. The URL of a chat format is a secret, so it is sealed. */
export type WebhookRow = Omit<Settings, 'url'> &
  Pick<Webhook, 'id' | 'paused' | 'disabled' | 'createdAt' | 'updatedAt'> & { organizationId: string; url: string | null; urlSealed: string | null; urlKeyId: string | null; health: HealthRow | null };

/** The columns of a {@link WebhookRow}. */
export const WEBHOOK_COLUMNS = `id, organization_id as "organizationId", name, url, encode(url_sealed, 'base64') as "urlSealed", url_key_id as "urlKeyId",
  format, dialect, options, events, app_id as "appId", filter, active, headers, success, retry, signing, limits, ca, ordering, supersede,
  paused_at is not null as paused,
  case when disabled_at is not null then json_build_object('reason', disabled_reason, 'at', ${instant('disabled_at')}) end as disabled,
  ${HEALTH_COLUMN}, ${instant('created_at')} as "createdAt", ${instant('updated_at')} as "updatedAt"`;

/** The columns that hold the settings, in the order of {@link valuesOf}. */
export const SETTING_COLUMNS =
  'name, url, url_sealed, url_key_id, format, dialect, options, events, app_id, filter, active, headers, success, retry, signing, limits, ca, ordering, supersede';

/** In the order of {@link SETTING_COLUMNS}. pg would write a list as a Postgres array, so JSON is given as text. */
export function valuesOf(settings: Settings, of: { organizationId: string; id: string }, box: SecretBox): unknown[] {
  const { name, url, format, dialect, options, events, appId, filter, active, headers, success, retry, signing, limits, ca, ordering, supersede } = settings;
  const sealed = format === 'raw' ? undefined : box.seal(Buffer.from(url, 'utf8'), webhookUrlContext(of.organizationId, of.id));
  const address = [sealed === undefined ? url : null, sealed?.sealed ?? null, sealed?.keyId ?? null];
  return [name, ...address, format, dialect, json(options), events, appId, json(filter), active, json(headers), success, json(retry), json(signing), json(limits), ca, ordering, supersede];
}

/** The settings as their owner gave them. Throws a `SecretNotReadableError`. */
export function settingsOf(row: WebhookRow, box: SecretBox): Settings {
  const { name, format, dialect, options, events, appId, filter, active, headers, success, retry, signing, limits, ca, ordering, supersede } = row;
  return { name, url: urlOf(row, box), format, dialect, options, events, appId, filter, active, headers, success, retry, signing, limits, ca, ordering, supersede };
}

/** A webhook as the API shows it: with the rules in force, and of a chat target's URL only what tells it from others. */
export function shownWebhook(row: WebhookRow, box: SecretBox, rule: HealthRule): Webhook {
  const { id, paused, disabled, createdAt, updatedAt } = row;
  const settings = settingsOf(row, box);
  return { id, ...settings, url: shownUrl(settings.format, settings.url), rules: rulesOf(settings), paused, disabled, health: shownHealth(row.health, rule, row.active && !paused), createdAt, updatedAt };
}

function urlOf({ organizationId, id, url, urlSealed, urlKeyId }: WebhookRow, box: SecretBox): string {
  if (urlSealed === null || urlKeyId === null) return url ?? '';
  return box.open(Buffer.from(urlSealed, 'base64'), urlKeyId, webhookUrlContext(organizationId, id)).toString('utf8');
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
