import type { Attempt } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import { publishByGrpc, publishByNats } from './support/transports.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

let stack: Stack;
let receiver: Receiver;

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver(() => ({ status: 200, headers: { 'X-Receiver': 'e2e' }, body: Buffer.from([0x6f, 0x6b, 0xff]) }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('an accepted event', () => {
  it('reaches every matching webhook once, signed, and is logged byte for byte', async () => {
    const webhooks = await Promise.all(['one', 'two'].map((name) => stack.api.createWebhook({ url: `${receiver.url}/${name}`, appId: 'bytes' })));
    await stack.api.createWebhook({ url: `${receiver.url}/never`, appId: 'bytes', events: ['job.*'] });
    const event = aBuild({ app: 'bytes', note: 'kept: "quotes", \\ and ünïcode 🦊' });
    await stack.api.publish(event);

    for (const webhook of webhooks) {
      const delivery = await stack.api.deliveryIn('succeeded', webhook.id);
      const [request, ...repeats] = requestsOf(delivery.id);
      expect(repeats).toEqual([]);
      expect(verified(webhook.secret, request)).toMatchObject({ type: 'build.finished', data: { id: event.id, note: event['note'] } });

      const [attempt, ...others] = await stack.api.attempts(delivery.id);
      expect(others).toEqual([]);
      expect(wireOf(attempt)).toEqual({ body: request?.body.toString(), headers: lowerCased(request?.rawHeaders ?? []) });
      expect(attempt?.response).toMatchObject({ statusCode: 200, body: Buffer.from([0x6f, 0x6b, 0xff]).toString('base64'), bodyEncoding: 'base64', truncated: false });
      expect(delivery).toMatchObject({ attemptCount: 1, lastStatusCode: 200, eventId: event.id, trigger: 'event', nextAttemptAt: null });
    }
    expect(receiver.requests.filter(({ path }) => path === '/never')).toEqual([]);
    await eventually(async () => expect(await stack.api.list(`/v1/events/${event.id}/deliveries`)).toHaveLength(2));
  });

  it('is one event whichever door it comes through, and how often', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/doors`, appId: 'doors' });
    const event = aBuild({ app: 'doors' });
    expect(await stack.api.publish(event)).toBe(event.id);
    expect(await publishByGrpc(stack, event)).toBe(event.id);
    expect(await publishByNats(stack, event)).toBe(event.id);
    const delivery = await stack.api.deliveryIn('succeeded', webhook.id);

    const last = await stack.api.publish(aBuild({ app: 'doors' }));
    await eventually(() => expect(requestsTo('/doors').some(({ body }) => body.includes(last))).toBe(true));
    expect(requestsOf(delivery.id)).toHaveLength(1);
    expect(requestsTo('/doors')).toHaveLength(2);
  });

  it('stays one event across restarts of NATS, of Postgres and of every service', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/restarts`, appId: 'restarts' });
    const event = aBuild({ app: 'restarts' });
    await stack.api.publish(event);
    await stack.api.deliveryIn('succeeded', webhook.id);

    await stack.nats.restart();
    await stack.postgres.restart();
    for (const service of Object.values(stack.services)) {
      expect(await service.stop()).toBe(0);
      service.start();
    }
    await Promise.all(Object.values(stack.services).map((service) => service.ready()));
    expect(await stack.api.publish(event)).toBe(event.id);
    const marker = await stack.api.publish(aBuild({ app: 'restarts' }));

    await eventually(() => expect(requestsTo('/restarts').some(({ body }) => body.includes(marker))).toBe(true));
    expect(requestsTo('/restarts')).toHaveLength(2);
    expect(await stack.api.deliveries(`webhookId=${webhook.id}&eventId=${event.id}`)).toHaveLength(1);
  });

  it('is a dead letter when its id comes again with other content, and the first one stands', async () => {
    const event = aBuild({ app: 'conflict' });
    await stack.api.publish(event);
    await stack.api.publish({ ...event, build: { id: 'another', platform: 'ios' } });
    await eventually(async () => expect((await stack.api.deadLetters()).some(({ reason }) => reason.includes(event.id))).toBe(true));
    const { body } = await stack.api.call<{ build: { id: string } }>('GET', `/v1/events/${event.id}`);
    expect(body.build.id).toBe((event['build'] as { id: string }).id);
  });
});

describe('a webhook', () => {
  it('takes effect with its creation, its change and its deletion', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/old`, appId: 'effects' });
    await stack.api.publish(aBuild({ app: 'effects' }));
    await eventually(() => expect(requestsTo('/old')).toHaveLength(1));

    await stack.api.updateWebhook(webhook.id, { url: `${receiver.url}/new` });
    await stack.api.publish(aBuild({ app: 'effects' }));
    await eventually(() => expect(requestsTo('/new')).toHaveLength(1));

    expect((await stack.api.call('DELETE', `/v1/webhooks/${webhook.id}`)).status).toBe(204);
    const other = await stack.api.createWebhook({ url: `${receiver.url}/other`, appId: 'effects' });
    await stack.api.publish(aBuild({ app: 'effects' }));
    await stack.api.deliveryIn('succeeded', other.id);
    expect([requestsTo('/old').length, requestsTo('/new').length]).toEqual([1, 1]);
    expect((await stack.api.call('GET', `/v1/webhooks/${webhook.id}`)).status).toBe(404);
  });

  it('signs with the UTF-8 bytes of a plain secret, and shows the equal whsec_ form once', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/plain`, appId: 'plain', secret: 'a plain secret of mine' });
    expect(webhook.secret).toBe(`whsec_${Buffer.from('a plain secret of mine').toString('base64')}`);
    expect(JSON.stringify((await stack.api.call('GET', `/v1/webhooks/${webhook.id}`)).body)).not.toContain('secret');
    await stack.api.publish(aBuild({ app: 'plain' }));
    const request = await receiver.waitFor(({ path }) => path === '/plain');
    expect(verified(webhook.secret, request)).toMatchObject({ type: 'build.finished' });
  });
});

function requestsOf(deliveryId: string): ReceivedRequest[] {
  return receiver.requests.filter(({ headers }) => headers['webhook-id'] === deliveryId);
}

function requestsTo(path: string): ReceivedRequest[] {
  return receiver.requests.filter((request) => request.path === path);
}

/** The payload, as the Standard Webhooks library accepts it; it throws for a wrong signature. */
function verified(secret: string, request: ReceivedRequest | undefined): unknown {
  return new Webhook(secret).verify(request?.body.toString() ?? '', request?.headers as Record<string, string>);
}

function wireOf(attempt: Attempt | undefined) {
  return { body: attempt?.request.body, headers: lowerCased(attempt?.request.headers ?? []) };
}

function lowerCased(headers: [string, string][]): string[] {
  return headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort();
}
