import { createWebhook, deliveryIdOf, deliveryMatched, millisecondsOf, operationalEvent, recoveredEvents, timestampOf } from '@buildwire/contracts';
import type { CreateWebhook, DeliveryMatched, Event, RecoveredEvents } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Publisher } from '@buildwire/messaging';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MatchEventHandler } from './match-event.handler.js';
import { MissedEvents } from './missed-events.repository.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { RecoveryController } from './recovery.controller.js';
import { anEvent } from './spec-support/an-event.js';
import { Rendering, startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { TestController } from './test.controller.js';
import { WebhookStates } from './webhook-states.repository.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhooksRepository } from './webhooks.repository.js';

const BEGIN_MS = Date.now() - 3_600_000;
const VARIANT = { format: 'raw', dialect: 'buildwire', options: {} } as const;
const SINCE = timestampOf(BEGIN_MS);

let stack: MatchingStack;
let app: INestApplication;
let other: INestApplication;
beforeAll(async () => {
  stack = await startMatching();
  app = await stack.startReplica();
  other = await stack.startReplica();
});
afterAll(() => stack.stop());

let organizationId: string;
let count = 0;
let sequence = 0;
beforeEach(async () => {
  organizationId = `org_${(count += 1)}`;
  await app.get(OrganizationsRepository).ensure(organizationId);
});

describe('recovering a webhook', () => {
  it('sends it each event that it wants and never got, once', async () => {
    const webhookId = await add({ events: ['build.*'], appId: 'app_1', filter: { platforms: ['ios'] }, active: false });
    const missed = [anEvent(at(1, { build: { id: 'b1', platform: 'ios' } })), anEvent(at(2, { type: 'build.finished', build: { id: 'b1', platform: 'ios' } }))];
    const unwanted = [anEvent(at(3, { type: 'deployment.failed', build: undefined, deployment: { id: 'd1' } })), anEvent(at(4, { app: { id: 'app_2' } })), anEvent(at(5, { build: { id: 'b1', platform: 'android' } }))];
    await match([...missed, ...unwanted]);
    await activate(webhookId);
    expect(await recover(webhookId)).toEqual({ events: 5, deliveries: 2, cursor: null });
    await eventually(() => expect(eventsSentTo(webhookId)).toEqual(missed.map(({ id }) => id)));
    expect(await deliveriesOf(missed[0])).toEqual([expect.objectContaining({ id: recordsOf(webhookId)[0]?.deliveries[0]?.id, webhookId, format: 'raw', dialect: 'buildwire', options: {} })]);
    expect(await deliveriesOf(unwanted[0])).toEqual([]);

    expect(await recover(webhookId)).toEqual({ events: 5, deliveries: 0, cursor: null });
    await untilAllArrived();
    expect(recordsOf(webhookId)).toHaveLength(2);
  });

  it('leaves the deliveries alone that events have, to it or to others', async () => {
    const [before, ours] = [await add({ events: ['*'] }), await add({ events: ['*'] })];
    const [known, missed] = [anEvent(at(1)), anEvent(at(2))];
    await match([known]);
    await setActive(ours, false);
    await match([missed]);
    await activate(ours);
    expect(await recover(ours)).toMatchObject({ events: 2, deliveries: 1 });
    expect((await deliveriesOf(missed)).map(({ webhookId }) => webhookId)).toEqual([before, ours]);
    expect(await deliveriesOf(known)).toHaveLength(2);
    await eventually(() => expect(eventsSentTo(ours)).toEqual([known.id, missed.id]));
  });

  it('judges by what an event changed when it was matched', async () => {
    const webhookId = await add({ events: ['*'], filter: { statusChanged: ['failed'] }, active: false });
    const [passed, failed, again] = [
      anEvent(at(1, { type: 'build.finished', occurredAt: timestampOf(BEGIN_MS + 1) })),
      anEvent(at(2, { occurredAt: timestampOf(BEGIN_MS + 2) })),
      anEvent(at(3, { occurredAt: timestampOf(BEGIN_MS + 3) })),
    ];
    await match([passed, failed, again]);
    await activate(webhookId);
    expect(await recover(webhookId)).toMatchObject({ deliveries: 1 });
    await eventually(() => expect(eventsSentTo(webhookId)).toEqual([failed.id]));
  });

  it('leaves out tests and what is told of the webhook itself', async () => {
    const webhookId = await add({ events: ['*', 'webhook.*'], active: false });
    const another = await add({ events: ['job.*'], active: false });
    await app.get(TestController).start(organizationId, webhookId, { type: 'build.failed' });
    await eventually(() => expect(recordsOf(webhookId)).toHaveLength(1));
    await app.get(TestController).start(organizationId, another, { type: 'build.failed' });
    await eventually(() => expect(recordsOf(another)).toHaveLength(1));
    const told = [webhookId, another].map((id) => operationalEvent({ type: 'webhook.disabled', organizationId, appId: 'app_1', webhookId: id, key: 'k', occurredAtMs: BEGIN_MS + 5, reason: 'gone', details: {} }).event);
    await match(told);
    await activate(webhookId);
    expect(await recover(webhookId)).toEqual({ events: 2, deliveries: 1, cursor: null });
    await eventually(() => expect(recordsOf(webhookId).slice(1).map(({ event }) => event)).toMatchObject([{ webhook: { id: another } }]));
  });

  it('looks at the events of the window only, to the microsecond', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    const times = ['45.000000', '45.000001', '45.999999', '46.000000'].map((seconds) => `2026-05-10T14:23:${seconds}Z`);
    await match(times.map((receivedAt, index) => anEvent({ id: `evt_window_${index}`, receivedAt })));
    await activate(webhookId);
    expect(await recover(webhookId, { since: times[1], until: times[3] })).toMatchObject({ events: 2, deliveries: 2 });
    await eventually(() => expect(eventsSentTo(webhookId)).toEqual(['evt_window_1', 'evt_window_2']));
  });

  it.each([
    [499, [499]],
    [500, [500]],
    [501, [500, 1]],
    [1_000, [500, 500]],
  ])('works off %i events in pages of %j, the oldest first', async (number, pages) => {
    const webhookId = await add({ events: ['*'], active: false });
    // Several are received at one time: the order among them is that of their ids.
    const events = Array.from({ length: number }, (_, index) => anEvent({ id: `evt_page_${String(index).padStart(4, '0')}`, receivedAt: timestampOf(BEGIN_MS + Math.floor(index / 7)) }));
    await match(events);
    await activate(webhookId);
    const answers = await recoverAll(webhookId);
    expect(answers.map(({ events: examined, deliveries }) => [examined, deliveries])).toEqual(pages.map((size) => [size, size]));
    await eventually(() => expect(eventsSentTo(webhookId)).toEqual(events.map(({ id }) => id)));
    expect((await recoverAll(webhookId)).map(({ deliveries }) => deliveries)).toEqual(pages.map(() => 0));
  });

  it('makes a page of large events shorter, and misses none', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    const events = Array.from({ length: 60 }, (_, index) => anEvent(at(index, { ext: { x: { large: 'x'.repeat(200_000) } } })));
    await match(events);
    await activate(webhookId);
    const answers = await recoverAll(webhookId);
    expect(answers.map(({ events: examined }) => examined)).toEqual([42, 18]);
    await eventually(() => expect(eventsSentTo(webhookId)).toHaveLength(60));
  });

  it('sends once what two replicas are asked for at the same time', async () => {
    const webhookId = await add({ events: ['*'], appId: 'app_1', active: false });
    await match(Array.from({ length: 50 }, (_, index) => anEvent(at(index))));
    await activate(webhookId);
    const answers = await Promise.all([recover(webhookId), recover(webhookId, {}, other)]);
    expect(answers.map(({ deliveries }) => deliveries).toSorted()).toEqual([0, 50]);
    await untilAllArrived();
    expect(recordsOf(webhookId)).toHaveLength(50);
  });

  it('sends the same again when it died before it could note what it had sent', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    const event = anEvent(at(1));
    await match([event]);
    await activate(webhookId);
    const own = { ...event, organization: { id: organizationId } };
    const delivery = { id: deliveryIdOf({ organizationId, eventId: event.id, receivedAtMs: millisecondsOf(event.receivedAt) }, webhookId), webhookId, ...VARIANT };
    const dying = app.get(MissedEvents).add(organizationId, webhookId, [{ event: own, delivery }], async () => {
      await app.get(Publisher).publish(deliveryMatched, { organizationId, event: own, variant: VARIANT, deliveries: [{ id: delivery.id, webhookId }] });
      throw new Error('killed');
    });
    await expect(dying).rejects.toThrow('killed');
    expect(await deliveriesOf(event)).toEqual([]);
    expect(await recover(webhookId)).toMatchObject({ deliveries: 1 });
    expect(await deliveriesOf(event)).toEqual([delivery]);
    await untilAllArrived();
    expect(new Set(recordsOf(webhookId).flatMap(({ event: { id }, deliveries }) => (id === event.id ? deliveries.map((sent) => sent.id) : [])))).toEqual(new Set([delivery.id]));
  });

  it('takes two pages of an organization at a time, and leaves others their turn', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    await match([anEvent(at(1))]);
    await activate(webhookId);
    const waiting: Promise<RecoveredEvents>[] = [];
    await other.get(Database).transaction(async (query) => {
      await query('select 1 from matching.event where organization_id = $1 for update', [organizationId]);
      waiting.push(recover(webhookId), recover(webhookId));
      await eventually(async () => expect(await app.get(Database).query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%for no key update'`)).toHaveLength(2));
      await expect(recover(webhookId)).rejects.toMatchObject({ code: 'busy' });
    });
    expect((await Promise.all(waiting)).map(({ deliveries }) => deliveries).toSorted()).toEqual([0, 1]);
    expect(await recover(webhookId)).toMatchObject({ deliveries: 0 });
  });

  it('sends a paused webhook what it missed as well', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    await match([anEvent(at(1))]);
    await activate(webhookId);
    await app.get(WebhookStates).pause(organizationId, webhookId);
    expect(await recover(webhookId)).toMatchObject({ deliveries: 1 });
  });

  it('says the same deliveries when the record of an event comes again', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    const event = anEvent(at(1));
    const place = await match([event]);
    await activate(webhookId);
    await recover(webhookId);
    await handle([event, anEvent(at(2))], place);
    await eventually(() => expect(recordsOf(webhookId).filter((record) => record.event.id === event.id)).toHaveLength(2));
    expect(new Set(recordsOf(webhookId).filter((record) => record.event.id === event.id).map(({ deliveries }) => deliveries[0]?.id)).size).toBe(1);
  });

  it('loses nothing when NATS is away: what was not published is missed still', async () => {
    const webhookId = await add({ events: ['*'], active: false });
    const event = anEvent(at(1));
    await match([event]);
    await activate(webhookId);
    await stack.nats.kill();
    await expect(recover(webhookId)).rejects.toMatchObject({ name: 'UnavailableError', dependency: 'broker' });
    expect(await deliveriesOf(event)).toEqual([]);
    await stack.nats.restart();
    expect(await recover(webhookId)).toMatchObject({ deliveries: 1 });
    await eventually(() => expect(eventsSentTo(webhookId)).toEqual([event.id]));
  });
});

describe('recovering', () => {
  it('is refused while the webhook is not active', async () => {
    const webhookId = await add({ active: false });
    await expect(recover(webhookId)).rejects.toMatchObject({ code: 'webhook_gone' });
  });

  it('finds neither a deleted webhook nor one of another organization nor none at all', async () => {
    const [webhookId, deleted] = [await add({}), await add({})];
    await app.get(WebhooksRepository).remove(organizationId, deleted);
    await app.get(OrganizationsRepository).ensure('org_other');
    const asked = [['org_other', webhookId], [organizationId, deleted], [organizationId, 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M'], [organizationId, "' or 1=1"]] as const;
    for (const [organization, id] of asked) await expect(app.get(RecoveryController).recover(organization, id, { since: SINCE })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('reaches only the events of its organization', async () => {
    await match([anEvent(at(1))]);
    organizationId = 'org_elsewhere';
    await app.get(OrganizationsRepository).ensure(organizationId);
    expect(await recover(await add({ events: ['*'] }))).toEqual({ events: 0, deliveries: 0, cursor: null });
  });

  it('takes only a cursor of the same webhook', async () => {
    const [webhookId, another] = [await add({ events: ['*'] }), await add({ events: ['*'] })];
    await match(Array.from({ length: 501 }, (_, index) => anEvent(at(index))));
    const { cursor } = await recover(webhookId);
    expect(cursor).toEqual(expect.any(String));
    for (const wrong of ['x', '', `${cursor}x`]) await expect(recover(webhookId, { cursor: wrong })).rejects.toMatchObject({ code: 'invalid_cursor' });
    await expect(recover(another, { cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it.each([
    ['no window', undefined, ''],
    ['no beginning', {}, '/since'],
    ['a window that is longer than 31 days', { since: timestampOf(Date.now() - 32 * 86_400_000) }, '/since'],
    ['an end in the future', { since: SINCE, until: timestampOf(Date.now() + 60_000) }, '/until'],
  ])('is refused with %s', async (_, body, pointer) => {
    const webhookId = await add({});
    await expect(app.get(RecoveryController).recover(organizationId, webhookId, body)).rejects.toMatchObject({ code: 'invalid_request', faults: [{ pointer }] });
  });
});

function at(index: number, over: Partial<Event> = {}): Partial<Event> & { id: string } {
  return { id: `evt_${String(index).padStart(4, '0')}`, receivedAt: timestampOf(BEGIN_MS + index), ...over };
}

/** Indexes the events, and gives the place in the stream that they were said to come from. */
async function match(events: Event[]): Promise<number> {
  const place = (sequence += 1);
  await handle(events, place);
  return place;
}

function handle(events: Event[], place: number) {
  const records = events.map((event) => ({ organizationId, event: { ...event, organization: { id: organizationId } } }));
  return app.get(MatchEventHandler).handle(records, records.map((_, index) => ({ sequence: place, index, redelivered: false })));
}

async function add(settings: Partial<CreateWebhook>): Promise<string> {
  const { secret: _, ...webhook } = createWebhook.parse({ name: 'CI', url: 'https://example.com/hook', events: ['*'], ...settings });
  const { id } = await app.get(WebhooksRepository).create(organizationId, webhook, 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==');
  await app.get(WebhookChanges).announce({ organizationId, webhookId: id });
  return id;
}

function activate(id: string): Promise<void> {
  return setActive(id, true);
}

async function setActive(id: string, active: boolean): Promise<void> {
  await app.get(WebhooksRepository).update(organizationId, id, { active });
  await app.get(WebhookChanges).announce({ organizationId, webhookId: id });
}

async function recover(webhookId: string, window: object = {}, replica = app): Promise<RecoveredEvents> {
  return recoveredEvents.strict().parse(await replica.get(RecoveryController).recover(organizationId, webhookId, { since: SINCE, ...window }));
}

async function recoverAll(webhookId: string): Promise<RecoveredEvents[]> {
  const answers: RecoveredEvents[] = [];
  for (let cursor: string | null | undefined; cursor !== null; cursor = answers.at(-1)?.cursor) answers.push(await recover(webhookId, cursor === undefined ? {} : { cursor }));
  return answers;
}

/** Waits until everything that was published before has arrived. */
async function untilAllArrived(): Promise<void> {
  const last = anEvent({ id: `evt_last_${(sequence += 1)}` });
  const webhookId = await add({ events: ['*'], appId: 'app_last' });
  await handle([{ ...last, app: { id: 'app_last' } }], sequence);
  await eventually(() => expect(recordsOf(webhookId)).toHaveLength(1));
}

function recordsOf(webhookId: string): DeliveryMatched[] {
  return app.get(Rendering).matched.filter((record) => record.organizationId === organizationId && record.deliveries.some((delivery) => delivery.webhookId === webhookId));
}

function eventsSentTo(webhookId: string): string[] {
  return recordsOf(webhookId).map(({ event }) => event.id);
}

async function deliveriesOf(event: Event | undefined): Promise<{ id: string; webhookId: string }[]> {
  const [row] = await app.get(Database).query<{ deliveries: { id: string; webhookId: string }[] }>('select deliveries from matching.event where organization_id = $1 and id = $2', [organizationId, event?.id]);
  return row?.deliveries ?? [];
}
