import { z } from 'zod';
import { eventTypePattern } from '../event/event-types.js';
import { dialect, format, renderingOptions } from '../format.js';
import { webhookId } from '../ids.js';
import { MAX_AGE_SECONDS, rules, successRule } from '../rules.js';
import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from '../secret.js';
import { signing } from '../signing-scheme.js';
import { filter } from './filter.js';
import { listOf, paging } from './list.js';
import { secretFaults, settledDialect, settingsFaults } from './webhook-faults.js';
import { webhookHealth } from './webhook-health.js';

/** Headers that Buildwire or HTTP itself sets. */
const RESERVED_HEADER = /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|user-agent|proxy-.*|webhook-.*|ce-.*|expo-signature|x-signature|x-buildpixel-signature)$/i;
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
  .strictObject({
    schedule: z.array(z.number().min(0.1).max(604_800)).max(30).optional().meta({ description: 'Seconds to wait before each retry, ±20 %.' }),
    maxAgeSeconds: z
      .number()
      .int()
      .min(60)
      .max(MAX_AGE_SECONDS)
      .optional()
      .meta({ description: 'No retry is made later than this after the event was accepted; 30 days by default.' }),
    permanent: z
      .array(z.number().int().min(300).max(599))
      .max(20)
      .optional()
      .meta({ description: 'Statuses after which there is no retry, instead of 410 and 413; 410 among them disables the webhook.' }),
  })
  .meta({ id: 'Retry' });

const limits = z
  .strictObject({
    timeoutMs: z.number().int().min(100).max(30_000).optional().meta({ description: 'For one whole attempt; 15,000 by default.' }),
    perSecond: z.number().int().min(1).max(1_000).optional().meta({ description: 'Requests that may start in a second.' }),
    concurrency: z.number().int().min(1).max(100).optional().meta({ description: 'Requests that may be under way at a time; 10 by default. Fewer are, while the endpoint is slow.' }),
  })
  .meta({ id: 'Limits' });

const SECRET =
  'Generated if absent. `whsec_…` signs with its decoded bytes, `whsk_…` is an Ed25519 private key, anything else signs with its UTF-8 bytes. The chat formats take none.';
/** A secret that its owner gives. */
export const secretInput = z.string().min(MIN_SECRET_LENGTH).max(MAX_SECRET_LENGTH);

const PEM_CERTIFICATE = /^-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*$/;

/** An endpoint's own certificate authority, for this webhook only. */
const ca = z.string().max(32_768).regex(PEM_CERTIFICATE, 'must be PEM certificates');

export const orderings = ['none', 'per-build'] as const;
export const ordering = z.enum(orderings).meta({ id: 'Ordering' });
export type Ordering = z.output<typeof ordering>;

/** What a webhook wants of all events. */
export const subscription = {
  events: z.array(eventTypePattern).min(1).max(100),
  appId: z.string().min(1).max(200).nullable(),
};

const settings = {
  name: z.string().trim().min(1).max(200),
  url: webhookUrl,
  format,
  dialect: dialect.nullable().meta({ description: 'The vocabulary of a raw body, `buildwire` by default; null for the chat formats.' }),
  options: renderingOptions,
  ...subscription,
  filter: filter.nullable(),
  active: z.boolean(),
  headers,
  success: successRule.nullable().meta({ description: 'Which answers mean success; null for what the dialect or chat target says.' }),
  retry: retry.nullable(),
  signing: signing.nullable(),
  limits: limits.nullable(),
  ca: ca.nullable().meta({ description: 'PEM certificates that this endpoint may be signed by, besides the public ones.' }),
  ordering: ordering.meta({ description: '`per-build`: no event of a build arrives after a later one of the same build.' }),
  supersede: z.boolean().meta({ description: 'Whether deliveries that wait are dropped once a newer state of their build is to be delivered.' }),
};

export const createWebhook = z
  .strictObject({
    ...settings,
    format: format.default('raw'),
    dialect: settings.dialect.optional(),
    options: renderingOptions.default({}),
    appId: settings.appId.default(null),
    filter: settings.filter.default(null),
    active: z.boolean().default(true),
    headers: headers.default({}),
    success: settings.success.default(null),
    retry: settings.retry.default(null),
    signing: settings.signing.default(null),
    limits: settings.limits.default(null),
    ca: settings.ca.default(null),
    ordering: settings.ordering.default('none'),
    supersede: settings.supersede.default(false),
    secret: secretInput.optional().meta({ description: SECRET }),
  })
  .transform((webhook) => ({ ...webhook, dialect: settledDialect(webhook) }))
  .superRefine((webhook, context) => {
    for (const { path, message } of [...settingsFaults(webhook), ...secretFaults(webhook, webhook.secret)]) context.addIssue({ code: 'custom', path, message });
  })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.output<typeof createWebhook>;

export const updateWebhook = z
  .strictObject({ ...settings, secret: secretInput })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'changes nothing')
  .meta({ id: 'UpdateWebhook' });
export type UpdateWebhook = z.output<typeof updateWebhook>;

const disabling = z.object({ reason: z.string(), at: z.string() }).meta({ id: 'Disabling' });

export const webhook = z
  .object({
    id: webhookId,
    ...settings,
    url: z.string().meta({ description: 'Of a chat format only the host and the last four characters: the rest is a secret.' }),
    rules: rules.meta({ description: 'The rules in force.' }),
    paused: z.boolean().meta({ description: 'Whether deliveries are kept back until it is resumed.' }),
    disabled: disabling.nullable().meta({ description: 'Why Buildwire itself made it inactive; null if it did not.' }),
    health: webhookHealth,
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof webhook>;

/** Only this answer holds the secret. */
export const createdWebhook = webhook
  .extend({
    secret: z.string().nullable().meta({ description: 'In the form that Standard Webhooks libraries take; null for the chat formats.' }),
    publicKey: z.string().nullable().meta({ description: 'What verifies, as `whpk_…`, if the secret is an Ed25519 key.' }),
  })
  .meta({ id: 'CreatedWebhook' });
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
