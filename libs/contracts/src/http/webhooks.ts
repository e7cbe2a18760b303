import { z } from 'zod';
import { eventTypePattern } from '../event/event-types.js';
import { dialect, format } from '../format.js';
import { webhookId } from '../ids.js';
import { listOf, paging } from './list.js';

export const MIN_SECRET_LENGTH = 16;
export const MAX_SECRET_LENGTH = 1_000;

/** Headers that Buildwire or HTTP itself sets. */
const RESERVED_HEADER = /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|user-agent|proxy-.*|webhook-.*)$/i;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e]{0,1000}$/;

const webhookUrl = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const fault = urlFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .transform((text) => (urlFault(text) === undefined ? new URL(text).href : text));

const headers = z
  .record(
    z
      .string()
      .regex(HEADER_NAME, 'is not a header name')
      .refine((name) => !RESERVED_HEADER.test(name), 'is set by Buildwire itself'),
    z.string().regex(HEADER_VALUE, 'must be printable ASCII'),
  )
  .refine((all) => Object.keys(all).length <= 20, 'at most 20 headers');

/** Delays between attempts. The first attempt is made at once and is not listed; an empty list means a single attempt. */
const retry = z
  .strictObject({ schedule: z.array(z.number().min(0.1).max(604_800)).max(30).meta({ description: 'Seconds to wait before each retry, ±20 %.' }) })
  .meta({ id: 'Retry' });

const limits = z
  .strictObject({ timeoutMs: z.number().int().min(100).max(30_000).optional().meta({ description: 'For one whole attempt; 15,000 by default.' }) })
  .meta({ id: 'Limits' });

const secret = z.string().min(MIN_SECRET_LENGTH).max(MAX_SECRET_LENGTH);

const settings = {
  name: z.string().trim().min(1).max(200),
  url: webhookUrl,
  format,
  dialect,
  events: z.array(eventTypePattern).min(1).max(100),
  appId: z.string().min(1).max(200).nullable(),
  active: z.boolean(),
  headers,
  retry: retry.nullable(),
  limits: limits.nullable(),
};

export const createWebhook = z
  .strictObject({
    ...settings,
    format: format.default('raw'),
    dialect: dialect.default('buildwire'),
    appId: settings.appId.default(null),
    active: z.boolean().default(true),
    headers: headers.default({}),
    retry: settings.retry.default(null),
    limits: settings.limits.default(null),
    secret: secret.optional().meta({ description: 'Generated if absent. `whsec_…` signs with its decoded bytes, anything else with its UTF-8 bytes.' }),
  })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.output<typeof createWebhook>;

export const updateWebhook = z
  .strictObject({ ...settings, secret })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'changes nothing')
  .meta({ id: 'UpdateWebhook' });
export type UpdateWebhook = z.output<typeof updateWebhook>;

export const webhook = z
  .object({ id: webhookId, ...settings, url: z.string(), createdAt: z.string(), updatedAt: z.string() })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof webhook>;

/** Only this answer holds the secret, in the form that Standard Webhooks libraries take. */
export const createdWebhook = webhook.extend({ secret: z.string() }).meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.output<typeof createdWebhook>;

export const webhookFilters = z.strictObject({ appId: z.string().max(200).optional(), ...paging });
export type WebhookFilters = z.output<typeof webhookFilters>;
export const webhookList = listOf(webhook).meta({ id: 'WebhookList' });

function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute http or https URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `must be http or https, not ${url.protocol.slice(0, -1)}`;
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password; use a header';
  if (url.href.includes('#')) return 'must hold no fragment';
  return undefined;
}
