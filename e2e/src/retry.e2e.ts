import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

let stack: Stack;
let receiver: Receiver;
/** What to answer, by path: the statuses in order, the last one for ever. */
const scripts = new Map<string, number[]>();

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver(({ path }) => ({ status: nextStatus(path), headers: path === '/patient' ? { 'Retry-After': '2' } : {} }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('a failing endpoint', () => {
  it('is tried again on schedule with the same bytes and id, then succeeds', async () => {
    const { webhook } = await failing('flaky', [503, 500, 200], [0.5, 1]);
    const delivery = await stack.api.deliveryIn('succeeded', webhook.id);
    const requests = requestsTo('/flaky');
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ body }) => body.toString())).size).toBe(1);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery.id]));
    for (const request of requests) new Webhook(webhook.secret).verify(request.body.toString(), request.headers as Record<string, string>);

    const [first = 0, second = 0] = gapsMs(requests);
    expect(first).toBeGreaterThanOrEqual(400);
    expect(second).toBeGreaterThanOrEqual(800);
    const attempts = await stack.api.attempts(delivery.id);
    expect(attempts.map(({ number, trigger, outcome, response }) => [number, trigger, outcome, response?.statusCode])).toEqual([
      [1, 'event', 'rejected', 503],
      [2, 'retry', 'rejected', 500],
      [3, 'retry', 'accepted', 200],
    ]);
  });

  it('is waited for: the log says when the next attempt is due', async () => {
    const { webhook } = await failing('waiting', [500], [3_600]);
    const delivery = await stack.api.deliveryIn('waiting', webhook.id);
    const waitMs = Date.parse(delivery.nextAttemptAt ?? '') - Date.now();
    expect(waitMs).toBeGreaterThan(0.79 * 3_600_000 - 10_000);
    expect(waitMs).toBeLessThan(1.21 * 3_600_000);
    expect(delivery.reason).toContain('500');
  });

  it('is given up when the schedule is exhausted', async () => {
    const { webhook } = await failing('hopeless', [500], [0.3]);
    const delivery = await stack.api.deliveryIn('exhausted', webhook.id);
    expect(delivery).toMatchObject({ attemptCount: 2, lastStatusCode: 500, nextAttemptAt: null });
    expect(delivery.completedAt).not.toBeNull();
    expect(requestsTo('/hopeless')).toHaveLength(2);
  });

  it('is not tried again after 410, and its webhook is not active any more', async () => {
    const { webhook } = await failing('gone', [410], [0.3, 0.3]);
    const delivery = await stack.api.deliveryIn('exhausted', webhook.id);
    expect(delivery).toMatchObject({ attemptCount: 1, lastStatusCode: 410 });
    await eventually(async () => expect((await stack.api.call('GET', `/v1/webhooks/${webhook.id}`)).body).toMatchObject({ active: false }));
    await stack.api.publish(aBuild({ app: 'gone' }));
    await stack.api.updateWebhook(webhook.id, { active: true });
    expect(requestsTo('/gone')).toHaveLength(1);
  });

  it('is never tried earlier than Retry-After asks', async () => {
    const { webhook } = await failing('patient', [429, 200], [0.2]);
    await stack.api.deliveryIn('succeeded', webhook.id);
    expect(gapsMs(requestsTo('/patient'))[0]).toBeGreaterThanOrEqual(1_990);
  });

  it('that redirects is not followed', async () => {
    const { webhook } = await failing('moved', [302], []);
    const delivery = await stack.api.deliveryIn('exhausted', webhook.id);
    expect(delivery).toMatchObject({ attemptCount: 1, lastStatusCode: 302 });
  });

  it('stops being called when its circuit opens; what waits is put off, not dropped, and costs no attempt', async () => {
    scripts.set('/dead', [500]);
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/dead`, appId: 'dead', retry: { schedule: [3_600] } });
    for (let sent = 0; sent < 8; sent++) {
      await stack.api.publish(aBuild({ app: 'dead' }));
      await eventually(async () => expect(await stack.api.deliveries(`webhookId=${webhook.id}`)).toHaveLength(sent + 1));
    }
    const deliveries = await stack.api.deliveries(`webhookId=${webhook.id}`);
    const putOff = deliveries.filter(({ attemptCount }) => attemptCount === 0);
    expect(putOff.length).toBeGreaterThan(0);
    expect(putOff.every(({ status, reason }) => status === 'waiting' && reason?.startsWith('the circuit is open since '))).toBe(true);
    expect(requestsTo('/dead')).toHaveLength(8 - putOff.length);
  });
});

describe('a resend', () => {
  it('keeps the bytes and the id, signs anew, and makes an exhausted delivery succeed', async () => {
    const { webhook } = await failing('resend', [500, 200], []);
    const delivery = await stack.api.deliveryIn('exhausted', webhook.id);
    expect((await stack.api.call('POST', `/v1/deliveries/${delivery.id}/resend`)).status).toBe(202);
    await stack.api.deliveryIn('succeeded', webhook.id);

    const [first, second] = requestsTo('/resend');
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['webhook-id']).toBe(delivery.id);
    new Webhook(webhook.secret).verify(second?.body.toString() ?? '', second?.headers as Record<string, string>);
    expect((await stack.api.attempts(delivery.id)).map(({ number, trigger }) => [number, trigger])).toEqual([[1, 'event'], [2, 'resend']]);
  });

  it('that fails leaves the automatic schedule as it is', async () => {
    const { webhook } = await failing('undisturbed', [500], [3_600]);
    const before = await stack.api.deliveryIn('waiting', webhook.id);
    await stack.api.call('POST', `/v1/deliveries/${before.id}/resend`);
    const after = await eventually(async () => {
      const delivery = await stack.api.deliveryIn('waiting', webhook.id);
      expect(delivery.attemptCount).toBe(2);
      return delivery;
    });
    expect(after.nextAttemptAt).toBe(before.nextAttemptAt);
  });

  it('is refused for a deleted webhook', async () => {
    const { webhook } = await failing('resend-deleted', [500], []);
    const delivery = await stack.api.deliveryIn('exhausted', webhook.id);
    await stack.api.call('DELETE', `/v1/webhooks/${webhook.id}`);
    const { status, body } = await stack.api.call<{ code: string }>('POST', `/v1/deliveries/${delivery.id}/resend`);
    expect([status, body.code]).toEqual([409, 'webhook_gone']);
  });
});

describe('a delivery that waits', () => {
  it('uses the new URL of its webhook', async () => {
    const { webhook } = await failing('moving', [500], [1]);
    await stack.api.deliveryIn('waiting', webhook.id);
    await stack.api.updateWebhook(webhook.id, { url: `${receiver.url}/moved-to` });
    await stack.api.deliveryIn('succeeded', webhook.id);
    expect(requestsTo('/moved-to')).toHaveLength(1);
  });

  it('is canceled when its webhook is deleted', async () => {
    const { webhook } = await failing('abandoned', [500], [1]);
    const delivery = await stack.api.deliveryIn('waiting', webhook.id);
    await stack.api.call('DELETE', `/v1/webhooks/${webhook.id}`);
    const canceled = await stack.api.deliveryIn('canceled', webhook.id);
    expect(canceled).toMatchObject({ id: delivery.id, reason: 'the webhook was deleted', attemptCount: 1 });
  });
});

/** A webhook whose endpoint answers with these statuses, and one event on its way to it. */
async function failing(name: string, statuses: number[], schedule: number[]) {
  scripts.set(`/${name}`, statuses);
  const webhook = await stack.api.createWebhook({ url: `${receiver.url}/${name}`, appId: name, retry: { schedule } });
  await stack.api.publish(aBuild({ app: name }));
  return { webhook };
}

function nextStatus(path: string): number {
  const statuses = scripts.get(path) ?? [200];
  return (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
}

function requestsTo(path: string): ReceivedRequest[] {
  return receiver.requests.filter((request) => request.path === path);
}

function gapsMs(requests: ReceivedRequest[]): number[] {
  return requests.slice(1).map((request, index) => request.receivedAt - (requests[index]?.receivedAt ?? 0));
}
