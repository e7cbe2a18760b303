import { createWebhook, millisecondsOf, recoverWebhook, resendDeliveries, rulesOf, timestampOf, validate } from '@buildwire/contracts';
import { expect, it } from 'vitest';
import { recoveryOf } from './recovery-offer.js';

const ID = 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M';
const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();
const ago = (hours: number) => timestampOf(NOW_MS - hours * HOUR_MS);

it.each([
  ['what failed since the disabling, and what may have waited then', { disabledAt: ago(5), schedule: [3_600, 1_800] }, { events: 5, deliveries: 6.8 }],
  ['what may have waited when its endpoint began to fail', { disabledAt: ago(5), firstFailureAt: ago(125), schedule: [3_600] }, { events: 5, deliveries: 126.2 }],
  ['no more than its rules let wait', { disabledAt: ago(5), schedule: [7_200, 7_200], maxAgeSeconds: 3_600 }, { events: 5, deliveries: 6 }],
  ['no more than one window holds', { disabledAt: ago(2_000), schedule: [] }, { events: 720, deliveries: 720 }],
])('a disabled webhook is offered %s', (_, { disabledAt, firstFailureAt = null, ...retry }: Given, { events, deliveries }) => {
  const webhook = createWebhook.parse({ name: 'CI', url: 'https://example.com', events: ['*'], retry });
  const { since, requests: [recover, resend, ...more] } = recoveryOf({ id: ID, rules: rulesOf(webhook), health: { firstFailureAt } as never }, disabledAt, NOW_MS);
  expect([since, more]).toEqual([disabledAt, []]);
  expect(recover).toEqual({ method: 'POST', path: `/v1/webhooks/${ID}/recover`, body: { since: ago(events) } });
  expect(resend).toMatchObject({ method: 'POST', path: '/v1/deliveries/resend', body: { webhookId: ID } });
  expect(millisecondsOf(resend?.body.since ?? '')).toBeCloseTo(NOW_MS - deliveries * HOUR_MS, -1);
  expect(() => [validate(recoverWebhook, recover?.body), validate(resendDeliveries, resend?.body)]).not.toThrow();
});

interface Given {
  disabledAt: string;
  firstFailureAt?: string | null;
  schedule: number[];
  maxAgeSeconds?: number;
}
