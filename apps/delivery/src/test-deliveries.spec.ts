import { deliveryRendered, newId, renderedAlone } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointCircuits } from './endpoint-circuits.js';
import { aDelivery } from './spec-support/deliveries.js';
import { startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';

let stack: DeliveryStack;
let receiver: Receiver;
beforeAll(async () => {
  [stack, receiver] = await Promise.all([startDelivery(), startReceiver(({ path }) => ({ status: path === '/fails' ? 500 : 200 }))]);
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('the delivery of a test', () => {
  it.each([
    ['is not active', 'active = false'],
    ['is paused', 'paused_at = now()'],
  ])('is sent though its webhook %s', async (_, change) => {
    const webhookId = await stack.aWebhook(receiver.url);
    await set(webhookId, change);
    expect(await attemptOf(await send(webhookId))).toMatchObject({ trigger: 'test', outcome: 'accepted', verdict: 'succeeded' });
  });

  it('is made once', async () => {
    const { deliveryId } = await send(await stack.aWebhook(`${receiver.url}/fails`));
    expect(await attemptOf({ deliveryId })).toMatchObject({ verdict: 'exhausted', reason: 'the endpoint answered 500; a test is not tried again' });
    expect(await stack.database.query("select 1 from delivery.due where delivery_id = $1 and state <> 'final'", [deliveryId])).toEqual([]);
  });

  it('does not ask the circuit', async () => {
    const webhookId = await stack.aWebhook(receiver.url);
    const fail = () => stack.app.get(EndpointCircuits).run({ organizationId: 'org_spec', webhookId, appId: 'app' }, async () => ({ counts: 'failure' as const, value: undefined }));
    await eventually(async () => expect((await fail()).kind).toBe('open'));
    expect(await attemptOf(await send(webhookId))).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    ['was deleted', 'deleted_at = now()', 'the webhook was deleted'],
    ['cannot be signed for', `signing = '{"scheme":"standard-webhooks-ed25519"}'`, 'the secret cannot sign as the webhook says'],
  ])('ends at once when its webhook %s', async (_, change, reason) => {
    const webhookId = await stack.aWebhook(receiver.url);
    await set(webhookId, change);
    const { deliveryId } = await send(webhookId);
    const closed = await eventually(() => found(stack.log.closed.find((closure) => closure.deliveryId === deliveryId)));
    expect(closed).toMatchObject({ trigger: 'test', status: 'canceled', reason: expect.stringContaining(reason) });
  });
});

async function send(webhookId: string): Promise<RenderedDelivery> {
  const delivery = aDelivery({ deliveryId: newId('dlv'), webhookId, trigger: 'test' });
  await stack.app.get(Publisher).publish(deliveryRendered, renderedAlone(delivery));
  return delivery;
}

function attemptOf({ deliveryId }: { deliveryId: string }) {
  return eventually(() => found(stack.log.attempted.find((attempt) => attempt.deliveryId === deliveryId)));
}

function found<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new Error('not yet');
  return item;
}

async function set(id: string, change: string): Promise<void> {
  await stack.database.query(`update matching.webhook set ${change} where id = $1`, [id]);
}
