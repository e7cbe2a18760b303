import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

/** Long enough for five attempts after the warning is due. */
const WARN_AFTER_MS = 3_000;
const DISABLE_AFTER_MS = 6_000;

let stack: Stack;
let receiver: Receiver;
let dead = true;
beforeAll(async () => {
  stack = await startStack({ WEBHOOK_WARN_AFTER_HOURS: String(WARN_AFTER_MS / 3_600_000), WEBHOOK_DISABLE_AFTER_HOURS: String(DISABLE_AFTER_MS / 3_600_000) });
  receiver = await startReceiver(({ path }) => ({ status: path.startsWith('/dead') && dead ? 500 : 200 }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('a webhook whose endpoint is dead', () => {
  it('is failing, then warned of, then disabled; what waits is canceled, and each step is told to who asked for it', async () => {
    await stack.api.createWebhook({ url: `${receiver.url}/told`, events: ['webhook.*', 'webhook.circuit.*', 'delivery.*'] });
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/dead`, appId: 'dead', retry: { schedule: [3_600] } });
    for (let sent = 0; sent < 6; sent++) await stack.api.publish(aBuild({ app: 'dead' }));

    await eventually(async () => expect(await healthOf(webhook.id)).toMatchObject({ state: 'failing', disablesAt: expect.any(String), circuit: { state: 'open', reason: 'the endpoint answered 500' } }));
    const { firstFailureAt, disablesAt } = await healthOf(webhook.id);
    expect(Date.parse(disablesAt) - Date.parse(firstFailureAt)).toBe(DISABLE_AFTER_MS);

    await eventually(async () => expect((await stack.api.call('GET', `/v1/webhooks/${webhook.id}`)).body).toMatchObject({ active: false }), { timeoutMs: 20_000 });
    await eventually(() => expect(told()).toEqual(expect.arrayContaining(['webhook.circuit.opened', 'webhook.failing', 'webhook.disabled'])));
    expect(Date.now() - Date.parse(firstFailureAt)).toBeGreaterThanOrEqual(DISABLE_AFTER_MS);
    await eventually(async () => expect((await stack.api.deliveries(`webhookId=${webhook.id}`)).map(({ status }) => status)).toEqual(Array(6).fill('canceled')));

    dead = false;
    await stack.api.updateWebhook(webhook.id, { active: true });
    await stack.api.publish(aBuild({ app: 'dead' }));
    await eventually(async () => expect((await stack.api.deliveries(`webhookId=${webhook.id}`)).map(({ status }) => status)).toContain('succeeded'));
    await eventually(async () => expect(await healthOf(webhook.id)).toMatchObject({ state: 'healthy', consecutiveFailures: 0, disablesAt: null, circuit: { state: 'closed' } }));
    expect(told().filter((type) => type === 'webhook.circuit.opened')).toHaveLength(1);
  });
});

async function healthOf(id: string) {
  const { body } = await stack.api.call('GET', `/v1/webhooks/${id}`);
  return (body as { health: { firstFailureAt: string; disablesAt: string } }).health;
}

function told(): string[] {
  return receiver.requests.filter(({ path }) => path === '/told').map(({ body }) => (JSON.parse(body.toString()) as { type: string }).type);
}
