import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CreatedWebhook, Delivery, Event, Preview, Problem, StartedTest } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import type { Api } from './support/api.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

const CREATE_KEY = fileURLToPath(new URL('../../apps/matching/dist/create-key.js', import.meta.url));
const SECRET = 'a secret that no answer holds';
const PATH = '/hooks/T0/verysecretpath';
/** What differs between two requests of one event. */
const CHANGING = /^(webhook-id|webhook-timestamp|webhook-signature)$/;
const KINDS = [
  { name: 'expo', settings: { dialect: 'expo', secret: SECRET } },
  { name: 'slack', settings: { format: 'slack' } },
  { name: 'discord', settings: { format: 'discord', options: { threadName: 'builds' } } },
  { name: 'teams', settings: { format: 'teams' } },
  { name: 'cloudevents', settings: { dialect: 'cloudevents', options: { cloudEventsMode: 'binary' }, secret: SECRET } },
];

let stack: Stack;
let receiver: Receiver;
beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver(({ path }) => ({ status: path.includes('/fails') ? 500 : 200 }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe.each(KINDS)('a webhook for $name', ({ name, settings }) => {
  it('is sent by a test byte for byte what its preview shows', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/${name}${PATH}`, ...settings });
    const { eventId } = await test(webhook.id, { type: 'build.finished' });
    await stack.api.deliveryIn('succeeded', webhook.id);
    const sent = receivedBy(name);

    const shown = requestOf(await preview(webhook.id, { eventId }));
    expect(Buffer.from(shown.body)).toEqual(sent.body);
    expect(shown.headers.map(([header]) => header)).toEqual(sent.rawHeaders.map(([header]) => header));
    expect(shown.headers.filter(constant)).toEqual(sent.rawHeaders.filter(constant));
    const example = requestOf(await preview(webhook.id, { type: 'build.finished' }));
    expect(JSON.parse(timeless(example.body))).toEqual(JSON.parse(timeless(sent.body.toString())));
  });

  it('is shown before it is saved as afterwards, and no answer holds a secret', async () => {
    const wanted = { name: 'e2e', events: ['*'], url: `${receiver.url}/${name}${PATH}`, ...settings };
    const webhook = await stack.api.createWebhook(wanted);
    const eventId = await publish();
    const [saved, unsaved] = [await preview(webhook.id, { eventId }), await previewUnsaved({ webhook: wanted, eventId })];
    expect(requestOf(unsaved).body).toBe(requestOf(saved).body);
    expect(requestOf(unsaved).headers.filter(constant)).toEqual(requestOf(saved).headers.filter(constant));
    const url = 'format' in settings ? `${receiver.url}/…path` : wanted.url;
    expect([requestOf(saved).url, requestOf(unsaved).url]).toEqual([url, url]);
    for (const answer of [saved, unsaved]) expect(JSON.stringify(answer)).not.toMatch(new RegExp(`${SECRET}|whsec_${'format' in settings ? '|verysecret' : ''}`));
  });
});

describe('a preview', () => {
  it('sends and stores nothing', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/quiet`, appId: 'quiet' });
    await preview(webhook.id, {});
    expect(await stack.api.deliveries(`webhookId=${webhook.id}`)).toEqual([]);
    expect(receiver.requests.some(({ path }) => path === '/quiet')).toBe(false);
  });

  it('tells why an event would not be sent', async () => {
    const { id } = await stack.api.createWebhook({ url: receiver.url, dialect: 'expo', appId: 'quiet' });
    expect(await preview(id, { type: 'job.queued' })).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('expo') });
  });

  it('is not for who has no key', async () => {
    expect((await stack.api.as('bw_nobody').call('POST', '/v1/webhooks/preview', {})).status).toBe(401);
  });

  it('fails in time while rendering is away', async () => {
    const { id } = await stack.api.createWebhook({ url: receiver.url, appId: 'quiet' });
    await stack.services.rendering.stop();
    const { status, body } = await stack.api.call<Problem>('POST', `/v1/webhooks/${id}/preview`, {});
    stack.services.rendering.start();
    await stack.services.rendering.ready();
    expect([status, body.code]).toEqual([503, 'broker_unavailable']);
    expect(await preview(id, {})).toMatchObject({ kind: 'request' });
  });
});

describe('a test', () => {
  it('shows in the log as a test, makes one attempt, and is in no list of events', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/fails`, events: ['job.*'], active: false });
    const { eventId, deliveryId } = await test(webhook.id, { type: 'build.failed' });
    const delivery = await stack.api.deliveryIn('exhausted', webhook.id);
    expect(delivery).toMatchObject({ id: deliveryId, eventId, trigger: 'test', attemptCount: 1, reason: 'the endpoint answered 500; a test is not tried again' });
    expect(await stack.api.attempts(deliveryId)).toMatchObject([{ trigger: 'test' }]);
    expect(await stack.api.list<Delivery>(`/v1/events/${eventId}/deliveries`)).toMatchObject([{ id: deliveryId, trigger: 'test' }]);
    expect((await stack.api.call<Event>('GET', `/v1/events/${eventId}`)).body).toMatchObject({ id: eventId, type: 'build.failed' });
    expect((await stack.api.list<Event>('/v1/events')).map(({ id }) => id)).not.toContain(eventId);
  });

  it('shows as skipped when its dialect has no words', async () => {
    const webhook = await stack.api.createWebhook({ url: receiver.url, dialect: 'expo', appId: 'quiet' });
    await test(webhook.id, { type: 'job.queued' });
    expect(await stack.api.deliveryIn('skipped', webhook.id)).toMatchObject({ trigger: 'test', attemptCount: 0 });
  });
});

describe('another organization', () => {
  it('can neither preview nor test what is ours', async () => {
    const webhook = await stack.api.createWebhook({ url: receiver.url, appId: 'quiet' });
    const theirs = stack.api.as(await createKey('org_other'));
    const eventId = await publish();
    const own = await theirs.createWebhook({ url: receiver.url });
    const problems = await Promise.all([
      refusal(theirs, `/v1/webhooks/${webhook.id}/preview`, {}),
      refusal(theirs, `/v1/webhooks/${webhook.id}/test`, {}),
      refusal(theirs, `/v1/webhooks/${own.id}/preview`, { eventId }),
      refusal(theirs, '/v1/webhooks/preview', { eventId, webhook: { name: 'x', events: ['*'], url: receiver.url } }),
    ]);
    expect(problems).toEqual(problems.map(() => 'not_found'));
  });
});

async function test(webhookId: string, body: object): Promise<StartedTest> {
  const answer = await stack.api.call<StartedTest>('POST', `/v1/webhooks/${webhookId}/test`, body);
  expect(answer.status).toBe(202);
  return answer.body;
}

async function preview(webhookId: CreatedWebhook['id'], body: object): Promise<Preview> {
  const answer = await stack.api.call<Preview>('POST', `/v1/webhooks/${webhookId}/preview`, body);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function previewUnsaved(body: object): Promise<Preview> {
  const answer = await stack.api.call<Preview>('POST', '/v1/webhooks/preview', body);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function refusal(api: Api, path: string, body: object): Promise<string> {
  return (await api.call<Problem>('POST', path, body)).body.code;
}

/** The id of an event that can be previewed. */
async function publish(): Promise<string> {
  const id = await stack.api.publish(aBuild({ app: 'previewed' }));
  await eventually(async () => expect((await stack.api.call('GET', `/v1/events/${id}`)).status).toBe(200));
  return id;
}

function requestOf(shown: Preview) {
  if (shown.kind === 'skipped') throw new Error(shown.reason);
  return shown.request;
}

function receivedBy(name: string): ReceivedRequest {
  const [request, ...more] = receiver.requests.filter(({ path }) => path.startsWith(`/${name}/`));
  if (request === undefined || more.length > 0) throw new Error(`expected one request for ${name}`);
  return request;
}

function constant([header]: [string, string]): boolean {
  return !CHANGING.test(header);
}

/** Ids and times of an example differ each time: as JSON, as epochs, and as people read them. */
function timeless(body: string): string {
  return body.replaceAll(/evt_\w{26}|\d{4}-\d\d-\d\dT[\d:.]+Z|\b1\d{9}\b|\d\d:\d\d|WyJ[\w.-]+/g, '…');
}

async function createKey(organizationId: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CREATE_KEY, '--organization', organizationId, '--name', 'e2e'], {
    env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: stack.databaseUrl, MIGRATE_ON_START: 'false' },
  });
  return /bw_\S+/.exec(stdout)?.[0] ?? '';
}
