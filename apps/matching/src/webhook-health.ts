import { millisecondsOf, timestampOf } from '@buildwire/contracts';
import type { HealthRule, WebhookHealth } from '@buildwire/contracts';
import { instant } from '@buildwire/database';

/** Who shows webhooks shows the rule that delivery applies. */
export const HEALTH_RULE = Symbol('HEALTH_RULE');

const HOUR_MS = 3_600_000;

/** What delivery knows of an endpoint: a column of matching.webhook's rows; null before its first attempt. */
export interface HealthRow extends Pick<WebhookHealth, 'consecutiveFailures' | 'firstFailureAt' | 'lastFailureAt' | 'lastSuccessAt' | 'successRate' | 'circuit'> {
  /** What the countdown begins with. */
  failingSince: string | null;
}

/** Sums over the hour under way and the one before, as far as they are those of now. */
const countOf = (what: 'successes' | 'failures') => `(case health.window_at when date_trunc('hour', now()) then health.window_${what} + health.previous_${what}
  when date_trunc('hour', now()) - interval '1 hour' then health.window_${what} else 0 end)`;

export const HEALTH_COLUMN = `(
  select json_build_object(
           'consecutiveFailures', health.consecutive_failures, 'firstFailureAt', ${instant('health.first_failure_at')},
           'lastFailureAt', ${instant('health.last_failure_at')}, 'lastSuccessAt', ${instant('health.last_success_at')},
           'successRate', ${countOf('successes')}::float8 / nullif(${countOf('successes')} + ${countOf('failures')}, 0),
           'failingSince', case when health.first_failure_at is not null then ${instant('greatest(health.first_failure_at, webhook.updated_at)')} end,
           'circuit', case when health.circuit_state = 'closed' then json_build_object('state', 'closed', 'openUntil', null, 'reason', null)
             else json_build_object('state', case when health.open_until > now() then 'open' else 'half-open' end, 'openUntil', ${instant('health.open_until')}, 'reason', health.circuit_reason) end)
    from delivery.endpoint_health health where health.webhook_id = webhook.id) as health`;

/** The health of a webhook; `counts` is false while the rule does not: it is paused or not active. */
export function shownHealth(row: HealthRow | null, rule: HealthRule, counts: boolean): WebhookHealth {
  if (row === null) return { ...UNKNOWN, rule };
  const { consecutiveFailures, firstFailureAt, lastFailureAt, lastSuccessAt, successRate, circuit, failingSince } = row;
  const disablesAt = failingSince !== null && counts ? timestampOf(Math.ceil(millisecondsOf(failingSince) + rule.disableAfterHours * HOUR_MS)) : null;
  return { state: stateOf(row), consecutiveFailures, firstFailureAt, lastFailureAt, lastSuccessAt, successRate, disablesAt, rule, circuit };
}

function stateOf({ firstFailureAt, lastSuccessAt, circuit }: HealthRow): WebhookHealth['state'] {
  if (firstFailureAt !== null || circuit.state !== 'closed') return 'failing';
  return lastSuccessAt === null ? 'unknown' : 'healthy';
}

const UNKNOWN: Omit<WebhookHealth, 'rule'> = {
  state: 'unknown',
  consecutiveFailures: 0,
  firstFailureAt: null,
  lastFailureAt: null,
  lastSuccessAt: null,
  successRate: null,
  disablesAt: null,
  circuit: { state: 'closed', openUntil: null, reason: null },
};
