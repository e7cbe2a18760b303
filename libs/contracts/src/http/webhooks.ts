import { z } from 'zod';
import { eventTypePattern } from '../event/event-types.js';
import { dialect, format, renderingOptions } from '../format.js';
import { webhookId } from '../ids.js';
import { rules, successRule } from '../rules.js';
import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from '../secret.js';
import { signing } from '../signing-scheme.js';
import { filter } from './filter.js';
import { listOf, paging } from './list.js';
import { ca, headers, limits, retry, webhookUrl } from './webhook-endpoint.js';
import { secretFaults, settledDialect, settingsFaults } from './webhook-faults.js';
import { webhookHealth } from './webhook-health.js';

const SECRET =
  'Generated if absent. `whsec_…` signs with its decoded bytes, `whsk_…` is an Ed25519 private key, anything else signs with its UTF-8 bytes. The chat formats take none.';
/** A secret that its owner gives. */
export const secretInput = z.string().min(MIN_SECRET_LENGTH).max(MAX_SECRET_LENGTH);

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
