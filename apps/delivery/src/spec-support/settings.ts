import { rulesOf, secretKey } from '@buildwire/contracts';
import type { RuleSettings } from '@buildwire/contracts';
import type { WebhookSettings } from '../webhook-settings.js';

export const SECRET = '0123456789abcdef';

/** A webhook's settings; its rules follow from what is given. */
export function aWebhook(over: Partial<WebhookSettings & RuleSettings> = {}): WebhookSettings {
  const { success = null, retry = null, signing = null, limits = null, format = 'raw', dialect = format === 'raw' ? 'buildwire' : null, ...rest } = over;
  return {
    id: 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M',
    organizationId: 'org_spec',
    url: 'https://example.com/hook',
    active: true,
    format,
    dialect,
    headers: {},
    rules: rulesOf({ format, dialect, success, retry, signing, limits }),
    timeoutMs: undefined,
    concurrency: 10,
    ca: null,
    ordering: 'none',
    supersede: false,
    paused: false,
    keys: format === 'raw' ? [secretKey(SECRET)] : [],
    ...rest,
  };
}
