import { UnavailableError, deliveryAttempted, deliveryPostponed, webhookResumed, webhookStopped } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DueStore } from './due-store.repository.js';
import { EndpointCircuits } from './endpoint-circuits.js';
import { PAUSED } from './latecomers.js';
import { aDelivery, aPostponement, anAttempt } from './spec-support/deliveries.js';
import { ORGANIZATION, startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';
import { WebhookBacklog } from './webhook-backlog.repository.js';
import { WebhookEffects } from './webhook-effects.js';
import { WebhookReader } from './webhook-reader.js';

const IN_AN_HOUR = () => Date.now() + 3_600_000;
const REASON = 'the webhook was deleted';

let stack: DeliveryStack;
let receiver: Receiver;
let publisher: Publisher;
beforeAll(async () => {
  [stack, receiver] = await Promise.all([startDelivery(), startReceiver()]);
  publisher = stack.app.get(Publisher);
});
afterAll(async () => {
  await stack.stop();
  await receiver.close();
});

describe('a webhook that stopped', () => {
  it('has all that waits canceled at once, each once and with the reason', async () => {
    const webhookId = await stack.aWebhook(receiver.url);
    const waiting = await waitingFor(webhookId, 3_000);
    await set(webhookId, 'deleted_at = now()');
    const toldAt = performance.now();
    await tellStopped(webhookId);
    await eventually(() => expect(closedOf(webhookId)).toHaveLength(3_000));
    const tookMs = performance.now() - toldAt;
    expect(new Set(closedOf(webhookId).map(({ deliveryId }) => deliveryId))).toEqual(new Set(waiting.map(({ deliveryId }) => deliveryId)));
    const { deliveryId, organizationId, eventId, eventType, appId, format, dialect } = waiting[0] ?? aDelivery();
    expect(closedOf(webhookId)).toContainEqual(expect.objectContaining({ deliveryId, organizationId, webhookId, eventId, eventType, appId, format, dialect, trigger: 'event', status: 'canceled', reason: REASON }));
    expect(tookMs).toBeLessThan(3_000);
    await eventually(async () => expect(await statesOf(webhookId)).toEqual({ final: 3_000 }));
  });

  it('keeps what waits if it is active again by then, and others keep theirs', async () => {
    const [back, other, stopped] = [await stack.aWebhook(receiver.url), await stack.aWebhook(receiver.url), await stack.aWebhook(receiver.url)];
    for (const webhookId of [back, other, stopped]) await waitingFor(webhookId, 2);
    await set(stopped, 'active = false');
    await tellStopped(back);
    await tellStopped(stopped);
    await eventually(async () => expect(await statesOf(stopped)).toEqual({ final: 2 }));
    expect([await statesOf(back), await statesOf(other)]).toEqual([{ waiting: 2 }, { waiting: 2 }]);
  });

  it('has what was under way canceled too, once it begins to wait', async () => {
    const webhookId = await stack.aWebhook(receiver.url);
    await set(webhookId, 'active = false');
    await publisher.publish(deliveryAttempted, anAttempt({ webhookId, nextAttemptAtMs: IN_AN_HOUR() }));
    await eventually(() => expect(closedOf(webhookId)).toMatchObject([{ status: 'canceled', reason: 'the webhook is not active' }]));
    await eventually(async () => expect(await statesOf(webhookId)).toEqual({ final: 1 }));
  });

  it('has the rest canceled by another process when one ends half-way, and nothing twice', async () => {
    const webhookId = await stack.aWebhook(receiver.url);
    await waitingFor(webhookId, 2_000);
    await set(webhookId, 'deleted_at = now()');
    const [reader, backlog, dueStore, circuits] = [stack.app.get(WebhookReader), stack.app.get(WebhookBacklog), stack.app.get(DueStore), stack.app.get(EndpointCircuits)];
    const ending = new WebhookEffects(reader, backlog, dueStore, circuits, publisher);
    const canceling = ending.cancelWaiting({ organizationId: ORGANIZATION, webhookId }, REASON).catch((error: unknown) => error);
    await eventually(() => expect(closedOf(webhookId).length).toBeGreaterThan(0), { everyMs: 1 });
    ending.beforeApplicationShutdown();
    expect(await canceling).toBeInstanceOf(UnavailableError);
    expect((await statesOf(webhookId))['waiting']).toBeGreaterThan(0);
    await tellStopped(webhookId);
    await eventually(async () => expect(await statesOf(webhookId)).toEqual({ final: 2_000 }));
    await eventually(() => expect(closedOf(webhookId)).toHaveLength(2_000));
  });

  it('is told of twice without harm', async () => {
    const webhookId = await stack.aWebhook(receiver.url);
    await waitingFor(webhookId, 3);
    await set(webhookId, 'deleted_at = now()');
    await tellStopped(webhookId);
    await eventually(() => expect(closedOf(webhookId)).toHaveLength(3));
    await tellStopped(webhookId);
    const next = await stack.aWebhook(receiver.url);
    await waitingFor(next, 1);
    await set(next, 'deleted_at = now()');
    await tellStopped(next);
    await eventually(() => expect(closedOf(next)).toHaveLength(1));
    expect(closedOf(webhookId)).toHaveLength(3);
  });
});

describe('a webhook that resumed', () => {
  it('has what waits brought forward: each sent once, in due order, no faster than the drain rate', async () => {
    const webhookId = await stack.aWebhook(`${receiver.url}/resumed`);
    const waiting = await waitingFor(webhookId, 150);
    const toldAt = performance.now();
    await tellResumed(webhookId);
    const bodies = () => receiver.requests.filter(({ path }) => path === '/resumed').map(({ body }) => body.toString());
    await eventually(() => expect(bodies()).toHaveLength(150));
    expect(performance.now() - toldAt).toBeGreaterThan(2_500);
    expect(new Set(bodies())).toEqual(new Set(waiting.map(({ body }) => body)));
    // The deliveries that one poll of the due store finds are sent side by side.
    const places = bodies().map((body) => waiting.findIndex((delivery) => delivery.body === body));
    for (const [index, place] of places.entries()) expect(Math.abs(place - index)).toBeLessThan(50);
  });

  it('that is paused or not active keeps them where they are', async () => {
    const [paused, inactive, resumed] = [await stack.aWebhook(receiver.url), await stack.aWebhook(receiver.url), await stack.aWebhook(`${receiver.url}/after`)];
    for (const webhookId of [paused, inactive, resumed]) await waitingFor(webhookId, 1);
    await set(paused, 'paused_at = now()');
    await set(inactive, 'active = false');
    for (const webhookId of [paused, inactive, resumed]) await tellResumed(webhookId);
    await receiver.waitFor(({ path }) => path === '/after');
    expect([await statesOf(paused), await statesOf(inactive)]).toEqual([{ waiting: 1 }, { waiting: 1 }]);
  });

  it('has what was under way brought forward too, once it begins to wait', async () => {
    const webhookId = await stack.aWebhook(`${receiver.url}/late`);
    const untilMs = IN_AN_HOUR();
    await publisher.publish(deliveryPostponed, aPostponement({ webhookId, reason: 'the circuit is open', untilMs }));
    await publisher.publish(deliveryPostponed, aPostponement({ webhookId, reason: PAUSED, untilMs }));
    await receiver.waitFor(({ path }) => path === '/late');
    await eventually(async () => expect(await statesOf(webhookId)).toMatchObject({ waiting: 1 }));
  });
});

function closedOf(webhookId: string) {
  return stack.log.closed.filter((closed) => closed.webhookId === webhookId);
}

async function waitingFor(webhookId: string, count: number): Promise<RenderedDelivery[]> {
  const first = IN_AN_HOUR();
  const deliveries = Array.from({ length: count }, (_, index) => aDelivery({ webhookId, attempt: 2, trigger: 'retry', body: `{"number":${index}}` }));
  await stack.app.get(DueStore).schedule(deliveries.map((delivery, index) => ({ delivery, dueAtMs: first + index })));
  return deliveries;
}

async function set(webhookId: string, assignment: string): Promise<void> {
  await stack.database.query(`update matching.webhook set ${assignment} where id = $1`, [webhookId]);
}

function tellStopped(webhookId: string): Promise<void> {
  return publisher.publish(webhookStopped, { organizationId: ORGANIZATION, webhookId, reason: REASON, stoppedAtMs: Date.now() });
}

function tellResumed(webhookId: string): Promise<void> {
  return publisher.publish(webhookResumed, { organizationId: ORGANIZATION, webhookId, resumedAtMs: Date.now() });
}

async function statesOf(webhookId: string): Promise<Record<string, number>> {
  const rows = await stack.database.query<{ state: string; count: number }>('select state, count(*)::int as count from delivery.due where webhook_id = $1 group by 1', [webhookId]);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}
