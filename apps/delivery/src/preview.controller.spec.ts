import { RENDER_SUBJECT, newId, preview, renderRequest } from '@buildwire/contracts';
import type { Preview, RenderReply, RenderRequest } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Broker, CoreNats } from '@buildwire/messaging';
import { startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AttemptSender } from './attempt-sender.js';
import { PreviewController } from './preview.controller.js';
import { aDelivery } from './spec-support/deliveries.js';
import { SECRET } from './spec-support/settings.js';
import { ORGANIZATION, startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';
import { WebhookReader } from './webhook-reader.js';

const EVENT = { id: 'evt_stored', type: 'job.started', organization: { id: ORGANIZATION } };
const RENDERED = { kind: 'rendered', contentType: 'application/json', headers: [['ce-id', 'evt_stored']], body: '{"name":"MyGame 🦊"}' } satisfies RenderReply;

let stack: DeliveryStack;
let receiver: Receiver;
let controller: PreviewController;
/** What rendering, which is not here, was asked and answers. */
let asked: RenderRequest[];
let reply: RenderReply;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startDelivery(), startReceiver(() => ({ status: 200 }))]);
  controller = stack.app.get(PreviewController);
  stack.app.get(CoreNats).serve(RENDER_SUBJECT, 'rendering', async ({ data }) => {
    asked.push(renderRequest.parse(JSON.parse(Buffer.from(data).toString())));
    return JSON.stringify(reply);
  });
  await stack.app.get(Broker).nats.flush();
  await store(ORGANIZATION, EVENT);
  await store('org_other', { ...EVENT, id: 'evt_theirs' });
});
beforeEach(() => {
  [asked, reply] = [[], RENDERED];
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('the preview of a webhook', () => {
  it('is the request of an attempt, in order and casing, signed with its secret', async () => {
    const id = await stack.aWebhook(`${receiver.url}/hook`);
    await set(id, { headers: { 'X-Team': 'fox' }, signing: { scheme: 'x-signature' } });
    const shown = requestOf(await saved(id, { type: 'job.started' }));
    const found = await stack.app.get(WebhookReader).read(id);
    if (found.kind !== 'found') throw new Error('no webhook');
    await stack.app.get(AttemptSender).send(aDelivery({ ...RENDERED, webhookId: id }), found.webhook);

    const [sent] = receiver.requests;
    expect(shown).toMatchObject({ method: 'POST', url: `${receiver.url}/hook`, body: sent?.body.toString() });
    const changing = new Set(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
    expect(shown.headers.map(([name]) => name)).toEqual(sent?.rawHeaders.map(([name]) => name));
    expect(shown.headers.filter(([name]) => !changing.has(name))).toEqual(sent?.rawHeaders.filter(([name]) => !changing.has(name)));
    expect(receiver.requests).toHaveLength(1);
  });

  it('asks rendering for the example, or the stored event, in the variant of the webhook', async () => {
    const id = await stack.aWebhook(receiver.url);
    await set(id, { options: { cloudEventsMode: 'binary' }, dialect: 'cloudevents', events: ['deployment.*'], app_id: 'app_of_mine' });
    await saved(id, undefined);
    await saved(id, { eventId: 'evt_stored' });
    const variant = { format: 'raw', dialect: 'cloudevents', options: { cloudEventsMode: 'binary' } };
    expect(asked).toMatchObject([{ variant, event: { type: 'deployment.created', app: { id: 'app_of_mine' }, organization: { id: ORGANIZATION } } }, { variant, event: EVENT }]);
  });

  it('tells why nothing would be sent', async () => {
    reply = { kind: 'skipped', reason: 'no words' };
    expect(await saved(await stack.aWebhook(receiver.url), { eventId: 'evt_stored' })).toEqual({ kind: 'skipped', reason: 'no words', event: { id: 'evt_stored', type: 'job.started' } });
  });

  it('shows one that is paused or inactive all the same', async () => {
    const id = await stack.aWebhook(receiver.url);
    await set(id, { active: false, paused_at: new Date().toISOString() });
    expect(await saved(id, {})).toMatchObject({ kind: 'request' });
  });

  it('says so when the webhook cannot be signed for', async () => {
    const id = await stack.aWebhook(receiver.url);
    await set(id, { signing: { scheme: 'standard-webhooks-ed25519' } });
    await expect(saved(id, {})).rejects.toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('cannot sign') });
  });

  it('stores and reports nothing', async () => {
    const id = await stack.aWebhook(receiver.url);
    const before = await counts();
    await saved(id, {});
    expect(await counts()).toEqual(before);
    expect(stack.log.attempted).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an unknown webhook', () => saved(newId('whk'), {})],
    ['what cannot be a webhook', () => saved('whk_\0', {})],
    ['another organization’s webhook', async () => controller.saved('org_other', await stack.aWebhook(receiver.url), {})],
    ['a deleted webhook', async () => saved(await set(await stack.aWebhook(receiver.url), { deleted_at: new Date().toISOString() }), {})],
    ['an unknown event', async () => saved(await stack.aWebhook(receiver.url), { eventId: 'evt_none' })],
    ['another organization’s event', async () => saved(await stack.aWebhook(receiver.url), { eventId: 'evt_theirs' })],
    ['another organization’s event, unsaved', () => unsaved({}, { eventId: 'evt_theirs' })],
  ])('is not found for %s', async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
    expect(asked).toEqual([]);
  });
});

describe('the preview of a webhook that is not saved', () => {
  it('is signed with the secret that is given, or with one made for it', async () => {
    const signatures = async (webhook: object) => requestOf(await unsaved({ dialect: 'expo', ...webhook })).headers.filter(([name]) => name === 'expo-signature');
    const [given, again, made, other] = [await signatures({ secret: SECRET }), await signatures({ secret: SECRET }), await signatures({}), await signatures({})];
    expect(given).toEqual(again);
    expect([made.length, other.length]).toEqual([1, 1]);
    expect(new Set([given, made, other].map((all) => JSON.stringify(all))).size).toBe(3);
    expect(requestOf(await unsaved({ signing: { scheme: 'standard-webhooks-ed25519' } })).headers).toContainEqual(['webhook-signature', expect.stringMatching(/^v1a,/)]);
  });

  it('shows of a chat target’s URL only what is no secret', async () => {
    const shown = await unsaved({ format: 'discord', url: 'https://discord.com/api/webhooks/123/verysecret_token' });
    expect(requestOf(shown)).toMatchObject({ url: 'https://discord.com/…oken' });
    expect(JSON.stringify(shown)).not.toContain('verysecret');
    expect(JSON.stringify(asked)).not.toContain('verysecret');
  });

  it.each([
    [{ secret: 'whsec_no base64!!!!!!' }, '/webhook/secret'],
    [{ url: 'nowhere' }, '/webhook/url'],
    [{ format: 'slack', secret: SECRET }, '/webhook/secret'],
  ])('is refused with %j, at its place', async (webhook, pointer) => {
    await expect(unsaved(webhook)).rejects.toMatchObject({ code: 'invalid_request', faults: [{ pointer }] });
  });
});

async function saved(id: string, body: unknown): Promise<Preview> {
  return preview.parse(await controller.saved(ORGANIZATION, id, body));
}

async function unsaved(webhook: object, chosen: object = {}): Promise<Preview> {
  return preview.parse(await controller.unsaved(ORGANIZATION, { webhook: { name: 'CI', url: receiver.url, events: ['*'], ...webhook }, ...chosen }));
}

function requestOf(shown: Preview) {
  if (shown.kind === 'skipped') throw new Error(shown.reason);
  return shown.request;
}

/** Sets columns of a webhook. */
async function set(id: string, columns: Record<string, unknown>): Promise<string> {
  const names = Object.keys(columns);
  await stack.app.get(Database).query(
    `update matching.webhook set (id, ${names.join(', ')}) = (select $1, ${names.map((name) => `told.${name}`).join(', ')} from json_populate_record(null::matching.webhook, $2) told) where id = $1`,
    [id, JSON.stringify(columns)],
  );
  return id;
}

async function store(organizationId: string, event: typeof EVENT): Promise<void> {
  const body = { specVersion: '1', occurredAt: '', receivedAt: '', source: '', subject: { kind: 'job', id: 'j' }, app: { id: 'a' }, job: { id: 'j' }, ...event };
  await stack.database.query(
    `insert into matching.event (organization_id, id, stream_sequence, record_index, type, app_id, subject_id, occurred_at, received_at, body, deliveries)
     values ($1, $2, 1, 0, $3, 'a', 'j', now(), now(), $4, '[]')`,
    [organizationId, event.id, event.type, JSON.stringify(body)],
  );
}

function counts() {
  return stack.database.query('select (select count(*) from matching.webhook) as webhooks, (select count(*) from delivery.due) as due, (select count(*) from matching.event) as events');
}
