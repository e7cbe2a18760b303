import { describe, expect, it } from 'vitest';
import { exampleEvent } from '../examples.js';
import { timeOfId } from '../ids.js';
import { eventAccepted } from '../messages/event-accepted.js';
import { event } from './event.js';
import { operationalEvent } from './operational-event.js';
import type { OperationalEventInput } from './operational-event.js';

const WEBHOOK = 'whk_01KJPRZB00EXJP4T3FDXNJTC1H';
const DELIVERY = 'dlv_01KR96Y67GG2097YBTYWGVBZET';
const opened: OperationalEventInput = { type: 'webhook.circuit.opened', organizationId: 'org_a', appId: 'app_1', webhookId: WEBHOOK, key: 'k', occurredAtMs: 1_778_425_731_318, reason: 'it answered 503' };

describe('an operational event', () => {
  it('is a complete event that the pipeline takes, the same through JSON', () => {
    const accepted = operationalEvent({ ...opened, details: { webhookName: 'CI', openUntilMs: opened.occurredAtMs + 30_000 } });
    expect(eventAccepted.schema.parse(accepted)).toEqual(accepted);
    expect(JSON.parse(JSON.stringify(accepted))).toStrictEqual(accepted);
    expect(accepted).toMatchObject({
      organizationId: 'org_a',
      event: {
        type: 'webhook.circuit.opened',
        occurredAt: '2026-05-10T15:08:51.318000Z',
        receivedAt: '2026-05-10T15:08:51.318000Z',
        subject: { kind: 'webhook', id: WEBHOOK },
        app: { id: 'app_1' },
        webhook: { id: WEBHOOK, name: 'CI', reason: 'it answered 503', openUntil: '2026-05-10T15:09:21.318000Z' },
      },
    });
  });

  it('is the same event when it is told again, at the time that its id says', () => {
    const { id } = operationalEvent(opened).event;
    expect(operationalEvent({ ...opened }).event.id).toBe(id);
    expect(timeOfId(id)).toBe(opened.occurredAtMs);
  });

  it.each<[string, OperationalEventInput]>([
    ['of another kind', { ...opened, type: 'webhook.circuit.closed' }],
    ['of another organization', { ...opened, organizationId: 'org_b' }],
    ['of another webhook', { ...opened, webhookId: 'whk_01KK9PBWW0EXJP4T3FDXNJTC1J' }],
    ['with another key', { ...opened, key: 'l' }],
    ['at another time', { ...opened, occurredAtMs: opened.occurredAtMs + 1 }],
  ])('%s is another', (_, input) => {
    expect(operationalEvent(input).event.id).not.toBe(operationalEvent(opened).event.id);
  });

  it('of a delivery says what became of it, and of its webhook who it is', () => {
    const details = { webhookUrl: 'https://hooks.example:8443/secret?token=x', eventId: 'evt_1', eventType: 'build.failed', attemptCount: 8, statusCode: 503 } as const;
    const { event: told } = operationalEvent({ ...opened, type: 'delivery.exhausted', deliveryId: DELIVERY, details });
    expect(told.subject).toEqual({ kind: 'delivery', id: DELIVERY });
    expect(told.delivery).toEqual({ id: DELIVERY, eventId: 'evt_1', eventType: 'build.failed', attemptCount: 8, lastStatusCode: 503, reason: 'it answered 503' });
    expect(told.webhook).toEqual({ id: WEBHOOK, host: 'hooks.example:8443' });
  });

  it('tells other endpoints nothing of an address but its host', () => {
    const { event: told } = operationalEvent({ ...opened, details: { webhookUrl: 'https://user:pw@hooks.example/secret?token=x' } });
    expect(JSON.stringify(told)).not.toMatch(/secret|token|pw/);
    expect(operationalEvent({ ...opened, details: { webhookUrl: 'sealed' } }).event.webhook).toEqual({ id: WEBHOOK, reason: 'it answered 503' });
  });
});

describe('the schema of events', () => {
  it('wants an operational event to say which webhook it is about', () => {
    const { webhook: _webhook, ...anonymous } = exampleEvent('webhook.disabled');
    expect(event.safeParse(anonymous).success).toBe(false);
    expect(event.safeParse({ ...anonymous, webhook: { id: 'mine' } }).success).toBe(false);
  });

  it('lets an event of a build system say what it likes under these names', () => {
    const { event: told } = operationalEvent(opened);
    const produced = { ...told, type: 'build.started', subject: { kind: 'build', id: 'b' }, build: { id: 'b' }, webhook: 'mine', delivery: 5 };
    expect(event.parse(produced)).toEqual(produced);
  });
});
