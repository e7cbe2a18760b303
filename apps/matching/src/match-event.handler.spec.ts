import { createWebhook, deliveryIdOf, eventAccepted, millisecondsOf, operationalEvent } from '@buildwire/contracts';
import type { CreateWebhook, Event } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Publisher, discard, done } from '@buildwire/messaging';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MatchEventHandler } from './match-event.handler.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { anEvent } from './spec-support/an-event.js';
import { Rendering, startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhooksRepository } from './webhooks.repository.js';

let stack: MatchingStack;
let app: INestApplication;
beforeAll(async () => {
  stack = await startMatching();
  app = await stack.startReplica();
});
afterAll(() => stack.stop());

let organizationId: string;
let count = 0;
beforeEach(async () => {
  organizationId = `org_${(count += 1)}`;
  await app.get(OrganizationsRepository).ensure(organizationId);
});

describe('matching an event', () => {
  it('says once, for each webhook that wants it, which delivery it causes', async () => {
    const [build, all] = [await add({ events: ['build.*'] }), await add({ events: ['*'], appId: 'app_1' })];
    await add({ events: ['job.*'] });
    await add({ events: ['*'], appId: 'app_2' });
    await add({ events: ['*'], active: false });
    const event = await publish(anEvent({ id: 'evt_matched' }));
    await eventually(() => expect(matchedOf(event)).toHaveLength(1));
    const [record] = matchedOf(event);
    const source = { organizationId, eventId: event.id, receivedAtMs: millisecondsOf(event.receivedAt) };
    expect(record).toMatchObject({ organizationId, event, variant: { format: 'raw', dialect: 'buildwire' } });
    expect(record?.deliveries.toSorted(byWebhook)).toEqual([build, all].map((webhookId) => ({ id: deliveryIdOf(source, webhookId), webhookId })).toSorted(byWebhook));
  });

  it("lets through only what a webhook's filter lets through", async () => {
    const wanted = await add({ events: ['*'], filter: { platforms: ['ios'], branches: ['release/*'], expression: 'event.build.number > 41' } });
    await add({ events: ['*'], filter: { platforms: ['android'] } });
    await add({ events: ['*'], filter: { expression: 'event.build.flavour == "free"' } });
    const event = await publish(anEvent({ id: 'evt_filtered', build: { id: 'b1', platform: 'ios', number: 42, source: { branch: 'release/7' } } }));
    await eventually(() => expect(matchedOf(event)).toHaveLength(1));
    expect(webhooksOf(event)).toEqual([wanted]);
  });

  it('tells who wants it that a build failed after one that passed, or passed after one that failed', async () => {
    const [onFailure, onAny] = [await add({ events: ['*'], filter: { statusChanged: ['failed'] } }), await add({ events: ['*'], filter: { statusChanged: ['failed', 'fixed'] } })];
    const builds = (['finished', 'failed', 'failed', 'finished'] as const).map((end, number) => anEvent({ id: `evt_line_${number}`, type: `build.${end}`, occurredAt: `2026-05-10T14:00:0${number}.000000Z` }));
    const last = anEvent({ id: 'evt_line_end' });
    await handle(builds, 8_000);
    await publish(last);
    await eventually(() => expect(webhooksOf(last)).toHaveLength(2));
    expect(builds.map((event) => new Set(webhooksOf(event)))).toEqual([new Set(), new Set([onFailure, onAny]), new Set(), new Set([onAny])]);
  });

  it('tells of a webhook whoever asks for that by name or by its first word, but not the webhook itself', async () => {
    const [about, byName, byWord] = [await add({ events: ['*', 'webhook.*'] }), await add({ events: ['webhook.disabled'] }), await add({ events: ['webhook.*'], appId: 'app_1' })];
    await add({ events: ['*', '*.*', 'webhook.circuit.*', 'delivery.*'] });
    await add({ events: ['webhook.*'], appId: 'app_2' });
    await add({ events: ['webhook.*'], filter: { expression: 'event.webhook.consecutiveFailures > 10' } });
    const { event } = operationalEvent({ type: 'webhook.disabled', organizationId, appId: 'app_1', webhookId: about, key: 'k', occurredAtMs: Date.now(), reason: 'gone', details: { consecutiveFailures: 9 } });
    await publish(event);
    await eventually(() => expect(matchedOf(event)).toHaveLength(1));
    expect(new Set(webhooksOf(event))).toEqual(new Set([byName, byWord]));
  });

  it('cuts a wide fan-out into several records and misses none', async () => {
    await addMany(1_001);
    const event = await publish(anEvent({ id: 'evt_wide' }));
    await eventually(() => expect(matchedOf(event)).toHaveLength(6));
    const ids = matchedOf(event).flatMap(({ deliveries }) => deliveries.map(({ webhookId }) => webhookId));
    expect(new Set(ids).size).toBe(1_001);
  });

  it('indexes an event that nobody wants', async () => {
    const event = await publish(anEvent({ id: 'evt_unwanted' }));
    await eventually(async () => expect(await indexed(event)).toEqual([{ deliveries: [] }]));
  });

  it('causes nothing when the same event is published again', async () => {
    await add({ events: ['*'] });
    const event = await publish(anEvent({ id: 'evt_again' }));
    await eventually(() => expect(matchedOf(event)).toHaveLength(1));
    await publish({ ...event, receivedAt: '2026-05-11T00:00:00.000000Z' });
    const next = await publish(anEvent({ id: 'evt_next' }));
    await eventually(() => expect(matchedOf(next)).toHaveLength(1));
    expect(matchedOf(event)).toHaveLength(1);
  });

  it('says the same again when a record is redelivered, although the webhooks have changed', async () => {
    const webhookId = await add({ events: ['*'] });
    const event = anEvent({ id: 'evt_redelivered' });
    await handle([event], 5_000);
    await add({ events: ['*'] });
    await app.get(WebhooksRepository).remove(organizationId, webhookId);
    await app.get(WebhookChanges).announce({ organizationId, webhookId });
    // In company, since the stream itself would swallow the very same message.
    await handle([event, anEvent({ id: 'evt_in_company' })], 5_000, true);
    await eventually(() => expect(matchedOf(event)).toHaveLength(2));
    const [first, second] = matchedOf(event);
    expect(second).toEqual({ ...first, again: true });
    expect(first?.deliveries.map((delivery) => delivery.webhookId)).toEqual([webhookId]);
  });

  it('makes a dead letter of another event under the same id, and goes on with the rest', async () => {
    await handle([anEvent({ id: 'evt_reused' })], 6_000);
    const other = anEvent({ id: 'evt_reused', type: 'build.started', build: { id: 'b1', state: 'running' } });
    const outcomes = await handle([other, anEvent({ id: 'evt_fine' })], 6_001);
    expect(outcomes).toEqual([discard('the event id evt_reused was used before with other content'), done]);
  });

  it('takes a batch that is larger, and causes more, than may be under way at once', async () => {
    await addMany(2_001);
    const events = Array.from({ length: 45 }, (_, number) => anEvent({ id: `evt_large_${number}`, ext: { x: { large: 'x'.repeat(200_000) } } }));
    expect(await handle(events, 7_000)).toHaveLength(45);
    await eventually(() => expect(app.get(Rendering).matched.filter((record) => record.organizationId === organizationId)).toHaveLength(11 * 45));
  });

  it('loses nothing while Postgres is away', async () => {
    await add({ events: ['*'] });
    await stack.postgres.kill();
    const events = await Promise.all(Array.from({ length: 20 }, (_, number) => publish(anEvent({ id: `evt_outage_${number}` }))));
    await stack.postgres.restart();
    await eventually(() => expect(events.flatMap(matchedOf)).toHaveLength(20));
  });
});

async function publish(event: Event): Promise<Event> {
  const own = { ...event, organization: { id: organizationId } };
  await app.get(Publisher).publish(eventAccepted, { organizationId, event: own });
  return own;
}

function handle(events: Event[], sequence: number, redelivered = false) {
  const records = events.map((event) => ({ organizationId, event: { ...event, organization: { id: organizationId } } }));
  return app.get(MatchEventHandler).handle(records, records.map((_, index) => ({ sequence, index, redelivered })));
}

function matchedOf({ id }: Event) {
  return app.get(Rendering).matched.filter((record) => record.organizationId === organizationId && record.event.id === id);
}

function webhooksOf(event: Event): string[] {
  return matchedOf(event).flatMap(({ deliveries }) => deliveries.map(({ webhookId }) => webhookId));
}

function indexed({ id }: Event) {
  return app.get(Database).query('select deliveries from matching.event where organization_id = $1 and id = $2', [organizationId, id]);
}

async function add(settings: Partial<CreateWebhook>): Promise<string> {
  const { secret: _, ...webhook } = createWebhook.parse({ name: 'CI', url: 'https://example.com/hook', ...settings });
  const { id } = await app.get(WebhooksRepository).create(organizationId, webhook, 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==');
  await app.get(WebhookChanges).announce({ organizationId, webhookId: id });
  return id;
}

async function addMany(number: number): Promise<void> {
  await app.get(Database).query(
    `insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, active, headers)
     select 'whk_0' || lpad($3, 20, '0') || lpad(number::text, 5, '0'), $1, 'x', 'https://example.com', 'raw', 'buildwire', '{}', array['*'], true, '{}' from generate_series(1, $2::int) number`,
    [organizationId, number, String(count)],
  );
}

function byWebhook(one: { webhookId: string }, other: { webhookId: string }): number {
  return one.webhookId < other.webhookId ? -1 : 1;
}
