import { z } from 'zod';
import type { Dialect, Format } from './format.js';
import { presetOf } from './presets.js';
import { schemeName, schemesOf } from './signing-scheme.js';
import type { Signing } from './signing-scheme.js';

/** Which statuses mean that a delivery arrived. No redirect is ever followed, whatever it means. */
export const successRules = ['2xx', '200', '200-399'] as const;
export const successRule = z.enum(successRules).meta({ id: 'SuccessRule' });
export type SuccessRule = z.output<typeof successRule>;

/** The longest that a delivery is retried, whatever its schedule: a month later nobody waits for it. */
export const MAX_AGE_SECONDS = 30 * 86_400;

const errors = z.object({
  statuses: z.array(z.number().int()).meta({ description: 'HTTP statuses, unless the answer holds a code of either list.' }),
  codes: z.array(z.string()).meta({ description: "The chat target's own error codes." }),
});

export const permanentErrors = z
  .object({
    disables: errors.meta({ description: 'The endpoint is gone: nothing more is sent to it.' }),
    ends: errors.meta({ description: 'This delivery cannot arrive: it is not tried again.' }),
  })
  .meta({ id: 'PermanentErrors' });
export type PermanentErrors = z.output<typeof permanentErrors>;

export const pacing = z.object({ requests: z.number().int().positive(), perMs: z.number().int().positive() }).meta({ id: 'Pacing' });
export type Pacing = z.output<typeof pacing>;

/** What the deliveries of a webhook obey: the preset of its dialect or chat target, with its owner's changes. */
export const rules = z
  .object({
    success: successRule,
    schedule: z.array(z.number()).meta({ description: 'Seconds to wait before each retry, ±20 %; the first attempt is made at once.' }),
    maxAgeSeconds: z.number().meta({ description: 'No retry is made later than this after the event was accepted.' }),
    schemes: z.array(schemeName).min(1).meta({ description: 'What signs each request; `none` stands alone.' }),
    permanent: permanentErrors,
    pacing: pacing.nullable().meta({ description: 'How many requests may start in a time; null for no limit.' }),
  })
  .meta({ id: 'Rules' });
export type Rules = z.output<typeof rules>;

/** What the rules follow from: a webhook, or as much of it as was read. */
export interface RuleSettings {
  format: Format;
  dialect: Dialect | null;
  success: SuccessRule | null;
  retry: { schedule?: number[] | undefined; maxAgeSeconds?: number | undefined; permanent?: number[] | undefined } | null;
  signing: Signing | null;
  limits: { perSecond?: number | undefined } | null;
}

/** The rules in force. */
export function rulesOf({ format, dialect, success, retry, signing, limits }: RuleSettings): Rules {
  const { scheme, ...preset } = presetOf(format, dialect);
  return {
    success: success ?? preset.success,
    schedule: retry?.schedule ?? preset.schedule,
    maxAgeSeconds: retry?.maxAgeSeconds ?? MAX_AGE_SECONDS,
    schemes: format === 'raw' ? schemesOf(scheme, signing ?? {}) : [scheme],
    permanent: withStatuses(preset.permanent, retry?.permanent),
    pacing: limits?.perSecond === undefined ? preset.pacing : { requests: limits.perSecond, perMs: 1_000 },
  };
}

/** Whether a status means success. */
export function isSuccess(rule: SuccessRule, statusCode: number): boolean {
  switch (rule) {
    case '2xx':
      return statusCode >= 200 && statusCode < 300;
    case '200':
      return statusCode === 200;
    case '200-399':
      return statusCode >= 200 && statusCode < 400;
  }
}

/** An owner's list takes the place of both lists of statuses: what disables in the preset and is listed goes on disabling, the rest ends. */
function withStatuses({ disables, ends }: PermanentErrors, statuses: readonly number[] | undefined): PermanentErrors {
  if (statuses === undefined) return { disables, ends };
  const isGone = (status: number) => disables.statuses.includes(status);
  return {
    disables: { ...disables, statuses: statuses.filter(isGone) },
    ends: { ...ends, statuses: statuses.filter((status) => !isGone(status)) },
  };
}
