import type { RecoveredEvents, Recovery, ResentDeliveries, UpdatedWebhook, Webhook } from '@buildwire/contracts';
import { eventually, freePort, startReceiver, temporaryFolder } from '@buildwire/testing';
import type { Receiver, TemporaryFolder } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './support/api.js';
import { aBuild } from './support/events.js';
import { Service } from './support/service.js';

const API_KEY = 'bw_recovery';

let folder: TemporaryFolder;
let service: Service;
let api: Api;
let receiver: Receiver;
/** What the endpoint answers. */
let status = 500;

beforeAll(async () => {
  folder = await temporaryFolder('recovery');
  receiver = await startReceiver(() => ({ status }));
  const [http, grpc, nats, postgres] = await Promise.all(Array.from({ length: 4 }, () => freePort()));
  const ports = { HTTP_PORT: String(http), GRPC_PORT: String(grpc), NATS_PORT: String(nats), POSTGRES_PORT: String(postgres) };
  service = new Service('standalone', { DATA_DIR: folder.path, BOOTSTRAP_API_KEY: API_KEY, ...ports }, `http://127.0.0.1:${http}`);
  service.start();
  await service.ready();
  api = new Api({ ingestion: service, matching: service, delivery: service, 'delivery-log': service }, API_KEY);
});
afterAll(async () => {
  await service?.stop();
  await receiver?.close();
  await folder?.remove();
});

describe('a webhook that was disabled and is enabled again', () => {
  it('gets what it missed and what failed by asking for what it is offered, each once', async () => {
    const webhook = await api.createWebhook({ url: receiver.url, retry: { schedule: [3_600] } });
    const waiting = await api.publish(aBuild());
    await eventually(async () => expect(await statusesOf(webhook)).toEqual({ [waiting]: 'waiting' }));
    status = 410;
    const refused = await api.publish(aBuild());
    await eventually(async () => expect((await api.call<Webhook>('GET', `/v1/webhooks/${webhook.id}`)).body).toMatchObject({ active: false }));
    await eventually(async () => expect(await statusesOf(webhook)).toEqual({ [waiting]: 'canceled', [refused]: 'exhausted' }));
    const missed: string[] = [];
    for (let sent = 0; sent < 10; sent++) missed.push(await api.publish(aBuild()));
    await eventually(async () => expect((await api.call('GET', `/v1/events/${missed.at(-1)}`)).status).toBe(200));
    expect(receiver.requests).toHaveLength(2);

    status = 200;
    const { body } = await api.call<UpdatedWebhook>('PATCH', `/v1/webhooks/${webhook.id}`, { active: true });
    const [recover, resend] = body.recovery?.requests ?? [];
    expect(await ask<RecoveredEvents>(recover)).toMatchObject({ deliveries: 10, cursor: null });
    expect(await ask<ResentDeliveries>(resend)).toEqual({ resent: 2, skipped: 0, cursor: null });
    const all = Object.fromEntries([waiting, refused, ...missed].map((id) => [id, 'succeeded']));
    await eventually(async () => expect(await statusesOf(webhook)).toEqual(all));

    expect(await ask<RecoveredEvents>(recover)).toMatchObject({ deliveries: 0, cursor: null });
    expect(await ask<ResentDeliveries>(resend)).toEqual({ resent: 0, skipped: 0, cursor: null });
    const last = await api.publish(aBuild());
    await eventually(async () => expect(await statusesOf(webhook)).toEqual({ ...all, [last]: 'succeeded' }));
    expect(receiver.requests.slice(2)).toHaveLength(13);
    expect(new Set(receiver.requests.slice(2).map(({ headers }) => headers['webhook-id'])).size).toBe(13);
  });
});

async function statusesOf({ id }: { id: string }): Promise<Record<string, string>> {
  return Object.fromEntries((await api.deliveries(`webhookId=${id}`)).map((delivery) => [delivery.eventId, delivery.status]));
}

async function ask<Answer>(request: Recovery['requests'][number] | undefined): Promise<Answer> {
  const { method, path, body } = request ?? { method: 'POST', path: '', body: {} };
  const answer = await api.call<Answer>(method, path, body);
  expect(answer.status).toBe(202);
  return answer.body;
}
