import { setTimeout as pause } from 'node:timers/promises';
import { eventAccepted } from '@buildwire/contracts';
import type { Problem } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';
import { publishByGrpc } from './support/transports.js';

const A_MINUTE = 60_000;
const UNAVAILABLE = 14;

let stack: Stack;
let receiver: Receiver;

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('while the broker is away', () => {
  it('events are refused with 503 within five seconds, and taken again as soon as it is back', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/broker`, appId: 'broker' });
    await stack.nats.kill();
    const event = aBuild({ app: 'broker' });
    const begun = performance.now();
    const [http, grpc] = await Promise.all([
      stack.api.call<Problem>('POST', '/v1/events', event),
      publishByGrpc(stack, event).then(() => undefined, (error: { code: number }) => error.code),
    ]);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect([http.status, http.body.code, http.headers.get('retry-after')]).toEqual([503, 'broker_unavailable', '2']);
    expect(grpc).toBe(UNAVAILABLE);
    expect((await fetch(`${stack.services.ingestion.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${stack.services.ingestion.url}/healthz`)).status).toBe(200);

    await stack.nats.restart();
    await eventually(() => stack.api.publish(event));
    await stack.api.deliveryIn('succeeded', webhook.id);
    expect(receiver.requests.filter(({ path }) => path === '/broker')).toHaveLength(1);
  });
});

describe('while Postgres is away', () => {
  it('for a minute, events are accepted with known keys, nothing is lost, and all catches up', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/postgres`, appId: 'postgres' });
    await stack.api.publish(aBuild({ app: 'postgres' }));
    await stack.api.deliveryIn('succeeded', webhook.id);
    await stack.postgres.kill();

    const published = await Promise.all(Array.from({ length: 50 }, () => stack.api.publish(aBuild({ app: 'postgres' }))));
    const unknown = await stack.api.as('bw_never_seen').call<Problem>('POST', '/v1/events', aBuild());
    expect([unknown.status, unknown.body.code]).toEqual([503, 'database_unavailable']);
    const listed = await stack.api.call<Problem>('GET', '/v1/deliveries');
    expect([listed.status, listed.body.code]).toEqual([503, 'database_unavailable']);
    await pause(A_MINUTE);
    published.push(await stack.api.publish(aBuild({ app: 'postgres' })));

    await stack.postgres.restart();
    const deliveries = await eventually(async () => {
      const all = await stack.api.deliveries(`webhookId=${webhook.id}&status=succeeded`);
      expect(all).toHaveLength(published.length + 1);
      return all;
    }, { timeoutMs: 30_000 });
    expect(deliveries.map(({ eventId }) => eventId)).toEqual(expect.arrayContaining(published));
    expect(receiver.requests.filter(({ path }) => path === '/postgres')).toHaveLength(published.length + 1);
  }, 180_000);
});

describe('a poison message', () => {
  it('goes to the dead letters with its reason, can be listed by its organization, and holds nothing up', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/poison`, appId: 'poison' });
    const connection = await connect({ servers: stack.nats.url });
    const subject = eventAccepted.subject({ organizationId: 'org_default' } as never);
    await jetstream(connection).publish(subject, 'junk that no producer of ours sends');
    await connection.close();
    await stack.api.publish(aBuild({ app: 'poison' }));
    await stack.api.deliveryIn('succeeded', webhook.id);

    const letter = await eventually(async () => {
      const found = (await stack.api.deadLetters()).find(({ payload }) => payload === 'junk that no producer of ours sends');
      if (found === undefined) throw new Error('not listed');
      return found;
    });
    expect(letter).toMatchObject({ service: 'matching', subject, truncated: false });
    expect(letter.reason).toContain('cannot be read');
  });
});
