import { attemptIdOf, deliveryTurnKey } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryRendered } from '@buildwire/contracts';
import type { SendResult } from '@buildwire/outbound-http';
import type { SentAttempt } from './attempt-sender.js';
import type { Judgement } from './attempt-verdict.js';

/** The record of an attempt, as the log and the due store will read it. */
export function reportOf(delivery: DeliveryRendered, { url, headers, sentAtMs, result }: SentAttempt, judgement: Judgement): DeliveryAttempted {
  // That an endpoint is gone travels as a message of its own, `webhook.refused`.
  const { disablesWebhook: _, ...verdict } = judgement;
  const { connectMs, firstByteMs, durationMs } = result.timing;
  return {
    ...delivery,
    ...verdict,
    attemptId: attemptIdOf(delivery.deliveryId, deliveryTurnKey(delivery), sentAtMs),
    request: { method: 'POST', url, headers },
    ...responseOf(result),
    timing: { ...(connectMs === undefined ? {} : { connectMs }), ...(firstByteMs === undefined ? {} : { firstByteMs }) },
    sentAtMs,
    durationMs: Math.round(durationMs),
    transportRetried: result.transportRetried,
  };
}

function responseOf(result: SendResult): Pick<DeliveryAttempted, 'response'> {
  if (result.kind === 'failed') return {};
  const { statusCode, headers, body, truncated } = result;
  return { response: { statusCode, headers, body: body.toString('base64'), truncated } };
}
