import type { CreatedWebhook, Problem, RotatedSecret, UpdatedWebhook, Webhook as StoredWebhook } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

/** What "at once" means here: a second is promised, the rest is for a busy machine. */
const AT_ONCE_MS = 3_000;

let stack: Stack;
let receiver: Receiver;
/** What to answer by path; 200 otherwise. */
const statuses = new Map<string, number>();

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver(({ path }) => ({ status: statuses.get(path) ?? 200 }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('a paused webhook', () => {
  it('gets nothing and loses nothing; resumed, it gets each delivery once, the oldest first', async () => {
    const webhook = await aWebhook('paused');
    await act(webhook, 'pause');
    const eventIds: string[] = [];
    for (let sent = 0; sent < 60; sent++) eventIds.push(await stack.api.publish(aBuild({ app: 'paused' })));
    const kept = await eventually(async () => {
      const deliveries = await stack.api.deliveries(`webhookId=${webhook.id}`);
      expect(deliveries).toHaveLength(60);
      return deliveries;
    });
    expect(kept.every(({ status, reason, attemptCount }) => status === 'waiting' && reason === 'the webhook is paused' && attemptCount === 0)).toBe(true);
    expect(requestsTo('/paused')).toEqual([]);

    expect(await act(webhook, 'resume')).toMatchObject({ paused: false });
    await eventually(() => expect(requestsTo('/paused')).toHaveLength(60));
    const order = requestsTo('/paused').map((request) => eventIds.indexOf(eventIdOf(request)));
    expect(new Set(order).size).toBe(60);
    // What one look into the due store finds goes out side by side.
    for (const [index, place] of order.entries()) expect(Math.abs(place - index)).toBeLessThan(25);
    await eventually(async () => expect((await stack.api.deliveries(`webhookId=${webhook.id}&status=succeeded`)).every(({ attemptCount }) => attemptCount === 1)).toBe(true));
  });

  it('gets what is resent all the same', async () => {
    const webhook = await aWebhook('paused-resend');
    await stack.api.publish(aBuild({ app: 'paused-resend' }));
    const delivery = await stack.api.deliveryIn('succeeded', webhook.id);
    await act(webhook, 'pause');
    expect((await stack.api.call('POST', `/v1/deliveries/${delivery.id}/resend`)).status).toBe(202);
    await eventually(() => expect(requestsTo('/paused-resend')).toHaveLength(2));
  });
});

describe('a secret that is rotated', () => {
  it('signs beside the new one for the overlap, also what waits, and not after it (M12)', async () => {
    const webhook = await failing('rotated', [2]);
    const first = requestsTo('/rotated')[0];
    const { secret, previousExpiresAt } = await rotate(webhook, { overlapSeconds: 10 });
    await eventually(() => expect(requestsTo('/rotated').length).toBeGreaterThan(1));
    const retry = requestsTo('/rotated')[1];
    expect(retry?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(Number(retry?.headers['webhook-timestamp'])).toBeGreaterThan(Number(first?.headers['webhook-timestamp']));
    expect([verifies(first, webhook.secret), verifies(first, secret)]).toEqual([true, false]);
    expect([verifies(retry, webhook.secret), verifies(retry, secret)]).toEqual([true, true]);

    statuses.delete('/rotated');
    const last = await eventually(async () => {
      await stack.api.publish(aBuild({ app: 'rotated' }));
      const request = requestsTo('/rotated').find(({ receivedAt }) => receivedAt > Date.parse(previousExpiresAt) + 1_500);
      if (request === undefined) throw new Error('nothing has come since the overlap ended');
      return request;
    }, { timeoutMs: 30_000, everyMs: 500 });
    expect([verifies(last, webhook.secret), verifies(last, secret)]).toEqual([false, true]);
  });

  it('without an overlap signs nothing more, and a chat target has none to rotate', async () => {
    const webhook = await failing('replaced', [1.5]);
    const { secret } = await rotate(webhook, { overlapSeconds: 0 });
    await eventually(() => expect(requestsTo('/replaced').length).toBeGreaterThan(1));
    const retry = requestsTo('/replaced')[1];
    expect([verifies(retry, webhook.secret), verifies(retry, secret)]).toEqual([false, true]);

    const chat = await stack.api.createWebhook({ url: 'https://hooks.slack.com/services/T000/B000/secret', format: 'slack', active: false });
    const { status, body } = await stack.api.call<Problem>('POST', `/v1/webhooks/${chat.id}/rotate-secret`, {});
    expect([status, body.detail]).toEqual([400, 'a webhook of the format slack has no secret: its URL is the secret']);
  });
});

describe('deliveries that wait for an hour', () => {
  it('are canceled at once when their webhook is deleted', async () => {
    const webhook = await failing('deleted', [3_600]);
    await stack.api.call('DELETE', `/v1/webhooks/${webhook.id}`);
    expect(await stack.api.deliveryIn('canceled', webhook.id, AT_ONCE_MS)).toMatchObject({ reason: 'the webhook was deleted', attemptCount: 1, nextAttemptAt: null });
  });

  it('are canceled at once when their owner makes the webhook inactive', async () => {
    const webhook = await failing('inactive', [3_600]);
    await stack.api.updateWebhook(webhook.id, { active: false });
    expect(await stack.api.deliveryIn('canceled', webhook.id, AT_ONCE_MS)).toMatchObject({ reason: 'the webhook is not active' });
    expect((await stack.api.call('GET', `/v1/webhooks/${webhook.id}`)).body).toMatchObject({ active: false, disabled: null });
  });

  it('use a new URL at once, though the circuit of the old one be open', async () => {
    const webhook = await failing('moving', [3_600]);
    for (let sent = 0; sent < 12; sent++) await stack.api.publish(aBuild({ app: 'moving' }));
    await eventually(async () => expect((await stack.api.deliveries(`webhookId=${webhook.id}`)).filter(({ status }) => status === 'waiting')).toHaveLength(13));
    await stack.api.updateWebhook(webhook.id, { url: `${receiver.url}/moved` });
    await eventually(() => expect(requestsTo('/moved')).toHaveLength(13), { timeoutMs: AT_ONCE_MS });
  });

  it('are canceled when the endpoint answers 410; the webhook is disabled, and who watches is told (E18)', async () => {
    const watcher = await aWebhook('watcher', { events: ['webhook.disabled'], appId: null });
    const webhook = await failing('gone', [3_600]);
    statuses.set('/gone', 410);
    await stack.api.publish(aBuild({ app: 'gone' }));
    const disabled = await eventually(async () => {
      const { body } = await stack.api.call<StoredWebhook>('GET', `/v1/webhooks/${webhook.id}`);
      expect(body).toMatchObject({ active: false, disabled: { reason: expect.stringContaining('410') as string } });
      return body.disabled;
    });
    await eventually(async () => {
      const deliveries = await stack.api.deliveries(`webhookId=${webhook.id}`);
      expect(deliveries.map(({ status, reason }) => [status, reason])).toEqual([['exhausted', disabled?.reason], ['canceled', `the webhook was disabled: ${disabled?.reason}`]]);
    });
    await stack.api.deliveryIn('succeeded', watcher.id);
    expect(JSON.parse(requestsTo('/watcher')[0]?.body.toString() ?? '')).toMatchObject({ type: 'webhook.disabled' });

    const { body } = await stack.api.call<UpdatedWebhook>('PATCH', `/v1/webhooks/${webhook.id}`, { active: true });
    expect(body).toMatchObject({ active: true, disabled: null, recovery: { since: disabled?.at } });
    expect(requestsTo('/gone')).toHaveLength(2);
  });
});

function aWebhook(name: string, over: object = {}): Promise<CreatedWebhook & { secret: string }> {
  return stack.api.createWebhook({ url: `${receiver.url}/${name}`, appId: name, ...over });
}

/** A webhook whose endpoint answers 500, and one delivery that waits for its retry. */
async function failing(name: string, schedule: number[]): Promise<CreatedWebhook & { secret: string }> {
  statuses.set(`/${name}`, 500);
  const webhook = await aWebhook(name, { retry: { schedule } });
  await stack.api.publish(aBuild({ app: name }));
  await stack.api.deliveryIn('waiting', webhook.id);
  return webhook;
}

async function act({ id }: { id: string }, action: 'pause' | 'resume'): Promise<StoredWebhook> {
  return (await stack.api.call<StoredWebhook>('POST', `/v1/webhooks/${id}/${action}`)).body;
}

async function rotate({ id }: { id: string }, body: object): Promise<RotatedSecret> {
  return (await stack.api.call<RotatedSecret>('POST', `/v1/webhooks/${id}/rotate-secret`, body)).body;
}

function requestsTo(path: string): ReceivedRequest[] {
  return receiver.requests.filter((request) => request.path === path);
}

function eventIdOf({ body }: ReceivedRequest): string {
  return (JSON.parse(body.toString()) as { data: { build: { id: string } } }).data.build.id.slice('build-'.length);
}

function verifies(request: ReceivedRequest | undefined, secret: string): boolean {
  try {
    new Webhook(secret).verify(request?.body.toString() ?? '', (request?.headers ?? {}) as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
