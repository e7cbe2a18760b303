import { describe, expect, it } from 'vitest';
import { circuitEvent, exhaustedEvents } from './endpoint-events.js';
import type { WrittenCircuit } from './endpoint-health.repository.js';
import { anAttempt } from './spec-support/deliveries.js';

const exhausted = anAttempt({ verdict: 'exhausted', nextAttemptAtMs: undefined, attempt: 3, reason: 'the endpoint answered 500; no retry is left', sentAtMs: 1_700_000_000_000 });
const written: WrittenCircuit = { webhookId: exhausted.webhookId, organizationId: 'org_spec', appId: '', name: 'CI', url: null, changedAtMs: 1_700_000_000_000, outage: 'began' };

describe('an exhausted delivery', () => {
  it('is told with what became of it, and is the same event when it is told again', () => {
    const [told] = exhaustedEvents([exhausted, anAttempt(), anAttempt({ verdict: 'succeeded' })]);
    expect(told).toMatchObject({
      organizationId: 'org_spec',
      event: {
        type: 'delivery.exhausted',
        subject: { kind: 'delivery', id: exhausted.deliveryId },
        app: { id: 'mygame' },
        webhook: { id: exhausted.webhookId },
        delivery: { id: exhausted.deliveryId, eventId: 'evt-1', eventType: 'build.failed', attemptCount: 3, reason: 'the endpoint answered 500; no retry is left' },
      },
    });
    expect(exhaustedEvents([exhausted])).toEqual([told]);
  });

  it('is not told of a test, nor of an event that tells of failures: that could go on for ever', () => {
    expect(exhaustedEvents([{ ...exhausted, trigger: 'test' }, { ...exhausted, eventType: 'delivery.exhausted' }, { ...exhausted, eventType: 'webhook.failing' }])).toEqual([]);
  });
});

describe('a circuit', () => {
  it('is told of when an outage begins or ends, not when it opens once more', () => {
    const change = { untilMs: 1_700_000_030_000, reason: 'timeout' };
    expect(circuitEvent(written, change)?.event).toMatchObject({ type: 'webhook.circuit.opened', webhook: { name: 'CI', reason: 'timeout', openUntil: '2023-11-14T22:13:50.000000Z' } });
    expect(circuitEvent({ ...written, outage: 'ended' }, change)?.event.type).toBe('webhook.circuit.closed');
    expect(circuitEvent({ ...written, outage: null }, change)).toBeUndefined();
  });

  it('tells nothing of a URL that is sealed', () => {
    expect(circuitEvent(written, { untilMs: 0, reason: undefined })?.event['webhook']).not.toHaveProperty('host');
  });
});
