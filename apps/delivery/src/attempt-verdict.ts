import { isSuccess, timeOfId } from '@buildwire/contracts';
import type { Outcome, RenderedDelivery, Verdict } from '@buildwire/contracts';
import type { SendResult } from '@buildwire/outbound-http';
import { classifyAnswer, countsOfStatus, delayWithRetryAfter, nextDelayMs } from '@buildwire/resilience';
import type { Classification, Counts } from '@buildwire/resilience';
import type { WebhookSettings } from './webhook-settings.js';

/** What an attempt came to, and what is to happen next. */
export interface Judgement {
  outcome: Outcome;
  reason?: string;
  verdict: Verdict;
  nextAttemptAtMs?: number;
  /** The endpoint said that it is gone for good, so the webhook is to be disabled. Also after a resend. */
  disablesWebhook?: boolean;
}

type Judged = Pick<WebhookSettings, 'format' | 'rules'>;

/** Judges an attempt by the rules of its webhook: what succeeds, what is final, and what is tried again when. */
export function judge(delivery: Pick<RenderedDelivery, 'deliveryId' | 'trigger' | 'attempt'>, result: SendResult, webhook: Judged, now: { timeMs: number; random: () => number }): Judgement {
  if (hasArrived(result, webhook)) return { outcome: 'accepted', verdict: 'succeeded' };

  const refusal = refusalOf(result, webhook, now.timeMs);
  const { reason } = refusal;
  const isPermanent = refusal.kind === 'permanent';
  const failed = {
    outcome: result.kind === 'failed' ? result.failure : ('rejected' as const),
    ...(isPermanent && refusal.scope === 'webhook' ? { disablesWebhook: true } : {}),
  };
  if (delivery.trigger === 'resend') return { reason, verdict: 'unchanged', ...failed };
  if (isPermanent) return { reason: `${reason}; this is final`, verdict: 'exhausted', ...failed };
  if (delivery.trigger === 'test') return { reason: `${reason}; a test is not tried again`, verdict: 'exhausted', ...failed };

  const delayMs = nextDelayMs(webhook.rules.schedule, delivery.attempt, now.random);
  if (delayMs === undefined) return { reason: `${reason}; no retry is left`, verdict: 'exhausted', ...failed };
  const askedMs = refusal.kind === 'slow' ? refusal.afterMs : undefined;
  const nextAttemptAtMs = now.timeMs + delayWithRetryAfter(delayMs, askedMs);
  if (nextAttemptAtMs > lastRetryAtMs(delivery, webhook)) return { reason: `${reason}; its event is too old for the next retry`, verdict: 'exhausted', ...failed };
  return { reason, verdict: 'waiting', nextAttemptAtMs, ...failed };
}

/** A delivery's id carries the time at which its event was accepted. */
function lastRetryAtMs({ deliveryId }: Pick<RenderedDelivery, 'deliveryId'>, { rules }: Judged): number {
  return (timeOfId(deliveryId) ?? Infinity) + rules.maxAgeSeconds * 1_000;
}

/** What an attempt says about the endpoint's health: a success is what the webhook's rules call so. Our own mistakes say nothing. */
export function countsOf(result: SendResult, webhook: Judged): Counts {
  if (result.kind === 'failed') return result.failure === 'blocked_address' || result.failure === 'invalid_request' ? 'neither' : 'failure';
  if (hasArrived(result, webhook)) return 'success';
  const counts = countsOfStatus(result.statusCode);
  return counts === 'success' ? 'alive' : counts;
}

/** For people: how an attempt without success ended. */
export function failureOf(result: SendResult): string {
  return result.kind === 'failed' ? result.detail : `the endpoint answered ${result.statusCode}`;
}

function hasArrived(result: SendResult, { rules }: Judged): boolean {
  return result.kind === 'answered' && isSuccess(rules.success, result.statusCode);
}

function refusalOf(result: SendResult, { format, rules }: Judged, nowMs: number): Classification {
  if (result.kind === 'answered') return classifyAnswer(format, result, rules.permanent, nowMs);
  // A request that cannot be made will not become possible by waiting.
  if (result.failure === 'invalid_request') return { kind: 'permanent', scope: 'delivery', reason: result.detail };
  return { kind: 'retry', reason: result.detail };
}
