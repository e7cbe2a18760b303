import { deliveryRendered, newId, renderedAlone, timeOfId, timestampOf } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DueStore } from './due-store.repository.js';
import { SendDeliveryHandler } from './send-delivery.handler.js';
import { aDelivery } from './spec-support/deliveries.js';
import { startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';

let stack: DeliveryStack;
let receiver: Receiver;
let failing = false;
let webhookId: string;
beforeAll(async () => {
  [stack, receiver] = await Promise.all([startDelivery(), startReceiver(() => ({ status: failing ? 500 : 200 }))]);
  webhookId = await stack.aWebhook(receiver.url);
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('a delivery whose message came again', () => {
  it('is sent if nobody knows of its first turn', async () => {
    const delivery = aDelivery({ webhookId });
    await sendAgain(delivery);
    expect(receivedOf(delivery)).toBe(1);
  });

  it('is not sent again if the log knows of it', async () => {
    const delivery = aDelivery({ webhookId });
    await stack.database.query('create table delivery_log.delivery_of_spec partition of delivery_log.delivery default');
    await stack.database.query(
      `insert into delivery_log.delivery (created_at, id, organization_id, event_id, event_type, app_id, webhook_id, format, trigger, attempt_count, status)
       values ($1, $2, $3, 'evt-1', 'build.failed', 'mygame', $4, 'raw', 'event', 1, 'succeeded')`,
      [timestampOf(timeOfId(delivery.deliveryId) ?? 0), delivery.deliveryId, delivery.organizationId, webhookId],
    );
    await sendAgain(delivery);
    expect(receivedOf(delivery)).toBe(0);
  });

  it('is not sent again either if a stage before began anew and its message is new', async () => {
    const delivery = aDelivery({ webhookId, again: true });
    await stack.app.get(DueStore).schedule([{ delivery: { ...delivery, attempt: 2, trigger: 'retry' }, dueAtMs: Date.now() + 60_000 }]);
    await stack.app.get(SendDeliveryHandler).send(delivery, { sequence: 1, index: 0, redelivered: false, stepAside: () => () => undefined });
    expect(receivedOf(delivery)).toBe(0);
  });

  it('is not sent again if it waits for a later turn', async () => {
    const delivery = aDelivery({ webhookId });
    await stack.app.get(DueStore).schedule([{ delivery: { ...delivery, attempt: 2, trigger: 'retry' }, dueAtMs: Date.now() + 60_000 }]);
    await sendAgain(delivery);
    expect(receivedOf(delivery)).toBe(0);
  });
});

describe('the report of a success', () => {
  it('is routine at the first attempt, at an endpoint in good health', async () => {
    expect(await reportOfFirst()).toMatchObject({ verdict: 'succeeded', routine: true });
  });

  it('is not when the message came again, since an attempt may have failed before', async () => {
    const delivery = aDelivery({ webhookId });
    await sendAgain(delivery);
    expect((await reportOf(delivery)).routine).toBeUndefined();
  });

  it('is not after a failure: the endpoint’s health and its circuit want to know', async () => {
    failing = true;
    expect(await reportOfFirst()).toMatchObject({ verdict: 'waiting' });
    const counted = async () => stack.database.query('select from delivery.endpoint_health where webhook_id = $1 and consecutive_failures > 0', [webhookId]);
    await eventually(async () => expect(await counted()).toHaveLength(1));
    failing = false;
    expect((await reportOfFirst()).routine).toBeUndefined();
  });
});

async function sendAgain(delivery: RenderedDelivery): Promise<void> {
  await stack.app.get(SendDeliveryHandler).send(delivery, { sequence: 1, index: 0, redelivered: true, stepAside: () => () => undefined });
}

async function reportOfFirst() {
  const delivery = aDelivery({ deliveryId: newId('dlv'), webhookId });
  await stack.app.get(Publisher).publish(deliveryRendered, renderedAlone(delivery));
  return reportOf(delivery);
}

function reportOf({ deliveryId }: RenderedDelivery) {
  return eventually(() => {
    const report = stack.log.attempted.find((attempted) => attempted.deliveryId === deliveryId);
    if (report === undefined) throw new Error('not yet');
    return report;
  });
}

function receivedOf({ deliveryId }: RenderedDelivery): number {
  return receiver.requests.filter(({ headers }) => headers['webhook-id'] === deliveryId).length;
}
