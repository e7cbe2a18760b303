import { newId } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryPostponed, RenderedDelivery } from '@buildwire/contracts';

/** A delivery that is valid unless told otherwise. */
export function aDelivery(over: Partial<RenderedDelivery> = {}): RenderedDelivery {
  return {
    deliveryId: newId('dlv'),
    organizationId: 'org_spec',
    eventId: 'evt-1',
    eventType: 'build.failed',
    appId: 'mygame',
    webhookId: 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M',
    format: 'raw',
    dialect: 'buildwire',
    contentType: 'application/json',
    headers: [],
    body: '{"type":"build.failed"}',
    trigger: 'event',
    attempt: 1,
    postponements: 0,
    ...over,
  };
}

/** An attempt that failed and is to be repeated at `nextAttemptAtMs`, unless told otherwise. */
export function anAttempt(over: Partial<DeliveryAttempted> = {}): DeliveryAttempted {
  return {
    ...aDelivery(over),
    attemptId: newId('att'),
    outcome: 'rejected',
    verdict: 'waiting',
    nextAttemptAtMs: 5_000,
    request: { method: 'POST', url: 'http://127.0.0.1/', headers: [] },
    timing: {},
    sentAtMs: 1,
    durationMs: 1,
    transportRetried: false,
    ...over,
  };
}

export function aPostponement(over: Partial<DeliveryPostponed> = {}): DeliveryPostponed {
  return { ...aDelivery(over), reason: 'the circuit is open', postponedAtMs: 1, untilMs: 7_000, ...over };
}
