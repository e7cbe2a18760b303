import { attemptIdOf, deliveryTurnKey } from '@buildwire/contracts';
import type { DeliveryAttempted, RenderedDelivery } from '@buildwire/contracts';
import type { SendResult } from '@buildwire/outbound-http';
import type { SentAttempt } from './attempt-sender.js';
import type { Judgement } from './attempt-verdict.js';

/** The record of an attempt, as the log and the due store will read it. Key by key: a spread of so many keys costs more than the rest. */
export function reportOf(delivery: RenderedDelivery, { url, headers, sentAtMs, result }: SentAttempt, judgement: Omit<Judgement, 'disablesWebhook'>): DeliveryAttempted {
  const { connectMs, firstByteMs, durationMs } = result.timing;
  const report: DeliveryAttempted = {
    deliveryId: delivery.deliveryId,
    organizationId: delivery.organizationId,
    eventId: delivery.eventId,
    eventType: delivery.eventType,
    appId: delivery.appId,
    webhookId: delivery.webhookId,
    format: delivery.format,
    dialect: delivery.dialect,
    contentType: delivery.contentType,
    headers: delivery.headers,
    body: delivery.body,
    trigger: delivery.trigger,
    attempt: delivery.attempt,
    postponements: delivery.postponements,
    resendId: delivery.resendId,
    build: delivery.build,
    attemptId: attemptIdOf(delivery.deliveryId, deliveryTurnKey(delivery), sentAtMs),
    outcome: judgement.outcome,
    reason: judgement.reason,
    verdict: judgement.verdict,
    nextAttemptAtMs: judgement.nextAttemptAtMs,
    request: { method: 'POST', url, headers },
    response: responseOf(result),
    timing: { connectMs, firstByteMs },
    sentAtMs,
    durationMs: Math.round(durationMs),
    transportRetried: result.transportRetried,
  };
  return report;
}

function responseOf(result: SendResult): DeliveryAttempted['response'] {
  if (result.kind === 'failed') return undefined;
  const { statusCode, headers, body, truncated } = result;
  return { statusCode, headers, body: body.toString('base64'), truncated };
}
