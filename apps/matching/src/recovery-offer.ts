import { millisecondsOf, timestampOf } from '@buildwire/contracts';
import type { Recovery, Webhook } from '@buildwire/contracts';

/** A day less than a window may be long: an owner may take that long to accept. */
const OFFERED_DAYS = 30;
const DAY_MS = 86_400_000;
/** A retry comes up to a fifth later than the schedule says. */
const JITTER = 1.2;

/** What to ask for, now that a webhook is active that Buildwire had disabled. */
export function recoveryOf({ id, rules, health }: Pick<Webhook, 'id' | 'rules' | 'health'>, disabledAt: string, nowMs: number): Recovery {
  const failingSince = health.firstFailureAt ?? disabledAt;
  // Deliveries are found by when their event was received, and the first that failed may have waited as long as it could.
  const waitedSeconds = Math.min(rules.maxAgeSeconds, rules.schedule.reduce((sum, seconds) => sum + seconds, 0) * JITTER);
  const undeliveredMs = Math.min(millisecondsOf(failingSince), millisecondsOf(disabledAt)) - waitedSeconds * 1_000;
  const earliestMs = nowMs - OFFERED_DAYS * DAY_MS;
  return {
    since: disabledAt,
    requests: [
      { method: 'POST', path: `/v1/webhooks/${id}/recover`, body: { since: millisecondsOf(disabledAt) < earliestMs ? timestampOf(earliestMs) : disabledAt } },
      { method: 'POST', path: '/v1/deliveries/resend', body: { webhookId: id, since: timestampOf(Math.floor(Math.max(undeliveredMs, earliestMs))) } },
    ],
  };
}
