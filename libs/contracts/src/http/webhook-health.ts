import { z } from 'zod';

/** When a webhook without success is disabled, and when its owner is told before. */
export const healthRule = z
  .object({
    disableAfterHours: z.number().positive().meta({ description: 'Without success so long, and five attempts in a row: Buildwire disables the webhook. Counted from its last change.' }),
    warnAfterHours: z.number().positive().meta({ description: 'Without success so long: the event `webhook.failing` tells.' }),
  })
  .meta({ id: 'HealthRule' });
export type HealthRule = z.output<typeof healthRule>;

export const standardHealthRule: HealthRule = { disableAfterHours: 120, warnAfterHours: 72 };

const circuit = z
  .object({
    state: z.enum(['closed', 'open', 'half-open']).meta({ description: '`open`: deliveries wait. `half-open`: the next one shows whether the endpoint is back.' }),
    openUntil: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'The failure that opened it; null while it is closed.' }),
  })
  .meta({ id: 'Circuit' });

/** How a webhook's endpoint does, a few seconds late. */
export const webhookHealth = z
  .object({
    state: z.enum(['healthy', 'failing', 'unknown']).meta({ description: '`failing` when the last attempt failed, `unknown` when there was none.' }),
    consecutiveFailures: z.number().int().meta({ description: 'Attempts since the last success; about, where several replicas send.' }),
    firstFailureAt: z.string().nullable().meta({ description: 'The first of them.' }),
    lastFailureAt: z.string().nullable(),
    lastSuccessAt: z.string().nullable(),
    successRate: z.number().min(0).max(1).nullable().meta({ description: 'Of the attempts of this hour and the one before; null if there were none.' }),
    disablesAt: z.string().nullable().meta({ description: 'When the rule disables the webhook unless something succeeds before; null while it is healthy, paused or not active.' }),
    rule: healthRule,
    circuit,
  })
  .meta({ id: 'WebhookHealth' });
export type WebhookHealth = z.output<typeof webhookHealth>;
