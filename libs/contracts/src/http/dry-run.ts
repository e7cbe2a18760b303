import { z } from 'zod';
import { eventType } from '../event/event-types.js';
import { eventId } from '../ids.js';
import { filter } from './filter.js';
import { subscription } from './webhooks.js';

/** The settings of a webhook by which events are matched, in the order in which they are asked. */
export const matchRules = ['events', 'appId', 'automationIds', 'platforms', 'branches', 'buildTypes', 'statusChanged', 'expression'] as const;
export type MatchRule = (typeof matchRules)[number];

export const ruleResult = z
  .object({ rule: z.enum(matchRules), passed: z.boolean(), reason: z.string().meta({ description: 'For people.' }) })
  .meta({ id: 'RuleResult' });
export type RuleResult = z.output<typeof ruleResult>;

/** A webhook's settings that need not be saved, to be tried on the latest events. */
export const dryRun = z
  .strictObject({ events: subscription.events, appId: subscription.appId.default(null), filter: filter.nullable().default(null), limit: z.number().int().min(1).max(500).default(100) })
  .meta({ id: 'DryRun' });
export type DryRun = z.output<typeof dryRun>;

export const dryRunResult = z
  .object({ data: z.array(z.object({ eventId, type: eventType, matches: z.boolean(), rules: z.array(ruleResult) })) })
  .meta({ id: 'DryRunResult' });
export type DryRunResult = z.output<typeof dryRunResult>;
