import { isOperational, operationalEvent } from '@buildwire/contracts';
import type { CircuitChange, DeliveryAttempted, EventAccepted, OperationalDetails } from '@buildwire/contracts';
import type { FailingWebhook, ToldWebhook, WrittenCircuit } from './endpoint-health.repository.js';

/* The operational events that delivery tells. Equal input is the same event, whoever tells it, and is taken once. */

/** An outage began or ended; nothing for a circuit that stayed open. */
export function circuitEvent(written: WrittenCircuit, change: Pick<CircuitChange, 'untilMs' | 'reason'>): EventAccepted | undefined {
  const { outage, changedAtMs } = written;
  const about = { ...webhookOf(written), key: `circuit:${changedAtMs}`, occurredAtMs: changedAtMs };
  switch (outage) {
    case 'began':
      return operationalEvent({ ...about, type: 'webhook.circuit.opened', reason: change.reason ?? 'the endpoint fails', details: { ...detailsOf(written), openUntilMs: change.untilMs } });
    case 'ended':
      return operationalEvent({ ...about, type: 'webhook.circuit.closed', reason: 'the endpoint answers again', details: detailsOf(written) });
    case null:
      return undefined;
  }
}

/** There was no success for so long that its owner is told, before it is disabled at `disablesAtMs`. */
export function failingEvent(failing: FailingWebhook, warnAfterMs: number, disablesAtMs: number): EventAccepted {
  const { failingSinceMs } = failing;
  return operationalEvent({
    ...webhookOf(failing),
    type: 'webhook.failing',
    key: `failing:${failingSinceMs}`,
    occurredAtMs: Math.ceil(failingSinceMs + warnAfterMs),
    reason: `no attempt has succeeded since ${new Date(failingSinceMs).toISOString()}`,
    details: { ...detailsOf(failing), firstFailureAtMs: Math.floor(failingSinceMs), disablesAtMs: Math.ceil(disablesAtMs) },
  });
}

/** Of each delivery that has failed for the last time. None of a test, nor of what tells of failures: that could go on for ever. */
export function exhaustedEvents(attempts: readonly DeliveryAttempted[]): EventAccepted[] {
  return attempts
    .filter(({ verdict, trigger, eventType }) => verdict === 'exhausted' && trigger !== 'test' && !isOperational(eventType))
    .map(({ organizationId, appId, webhookId, deliveryId, eventId, eventType, attemptId, attempt, reason, response, sentAtMs }) =>
      operationalEvent({
        type: 'delivery.exhausted',
        organizationId,
        appId,
        webhookId,
        deliveryId,
        key: attemptId,
        occurredAtMs: sentAtMs,
        reason: reason ?? 'no attempt succeeded',
        details: { eventId, eventType, attemptCount: attempt, statusCode: response?.statusCode },
      }),
    );
}

function webhookOf({ organizationId, appId, webhookId }: ToldWebhook) {
  return { organizationId, appId, webhookId };
}

function detailsOf({ name, url }: ToldWebhook): OperationalDetails {
  return { webhookName: name, ...(url === null ? {} : { webhookUrl: url }) };
}
