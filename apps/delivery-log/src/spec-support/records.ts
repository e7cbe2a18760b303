import { attemptIdOf, deliveryIdOf, newId, timeOfId } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryClosed, DeliveryHead, DeliveryPostponed } from '@buildwire/contracts';

/** A Saturday morning; times of records are offsets from it. */
export const START_MS = Date.UTC(2026, 10, 21, 6);
export const DAY_MS = 86_400_000;

/** A delivery of an event received at a time. Valid unless told otherwise, and of an event and webhook of its own. */
export function aDelivery(given: Partial<Omit<DeliveryHead, 'deliveryId'>> & { receivedAtMs?: number } = {}): DeliveryHead {
  const { receivedAtMs = START_MS, ...head } = given;
  const delivery = {
    organizationId: 'org_acme',
    eventId: newId('evt', receivedAtMs),
    eventType: 'build.failed',
    appId: 'app_game',
    webhookId: newId('whk', receivedAtMs),
    format: 'raw',
    dialect: 'buildwire',
    ...head,
  } as const;
  const { organizationId, eventId, webhookId } = delivery;
  return { ...delivery, deliveryId: deliveryIdOf({ organizationId, eventId, receivedAtMs }, webhookId) };
}

/** A first attempt that the endpoint accepted a second after the event, unless told otherwise. */
export function anAttempt(delivery: DeliveryHead, given: Partial<Omit<DeliveryAttempted, keyof DeliveryHead>> = {}): DeliveryAttempted {
  const attempted = { ...succeeding, sentAtMs: receivedAtMsOf(delivery) + 1_000, ...given };
  return { ...delivery, attemptId: attemptIdOf(delivery.deliveryId, JSON.stringify(attempted), attempted.sentAtMs), ...attempted };
}

/** What a failed attempt differs in. */
export function failing(statusCode: number): Pick<DeliveryAttempted, 'outcome' | 'reason' | 'response'> {
  const response = { statusCode, headers: [], body: Buffer.from('oops').toString('base64'), truncated: false };
  return { outcome: 'rejected', reason: `the endpoint answered ${statusCode}`, response };
}

export function aPostponement(delivery: DeliveryHead, given: Partial<Omit<DeliveryPostponed, keyof DeliveryHead>> = {}): DeliveryPostponed {
  const { contentType, headers, body, attempt, trigger } = succeeding;
  return { ...delivery, contentType, headers: [...headers], body, attempt, trigger, postponements: 0, reason: 'the circuit is open', postponedAtMs: START_MS, untilMs: START_MS + 30_000, ...given };
}

export function aClosure(delivery: DeliveryHead, given: Partial<Omit<DeliveryClosed, keyof DeliveryHead>> = {}): DeliveryClosed {
  return { ...delivery, status: 'canceled', reason: 'the webhook was deleted', closedAtMs: receivedAtMsOf(delivery), ...given };
}

function receivedAtMsOf({ deliveryId }: DeliveryHead): number {
  return timeOfId(deliveryId) ?? START_MS;
}

const succeeding = {
  contentType: 'application/json',
  headers: [],
  body: '{"hello":"wörld"}',
  trigger: 'event',
  attempt: 1,
  postponements: 0,
  outcome: 'accepted',
  verdict: 'succeeded',
  request: { method: 'POST', url: 'https://example.test/hook', headers: [['content-type', 'application/json']] },
  response: { statusCode: 200, headers: [['x-answer', '42']], body: Buffer.from('thanks').toString('base64'), truncated: false },
  timing: { firstByteMs: 1.5 },
  durationMs: 12,
  transportRetried: false,
} satisfies Partial<DeliveryAttempted>;
