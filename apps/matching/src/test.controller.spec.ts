import { createWebhook, startedTest } from '@buildwire/contracts';
import type { CreateWebhook, DeliveryMatched, Event } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DryRuns } from './dry-run.query.js';
import { Events } from './events.query.js';
import { MatchEventHandler } from './match-event.handler.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { anEvent } from './spec-support/an-event.js';
import { Rendering, startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { TestController } from './test.controller.js';
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

describe('a test of a webhook', () => {
  it.each<[string, Partial<CreateWebhook>]>([
    ['subscribes to other types', { events: ['job.*'] }],
    ['is for another app', { appId: 'app_of_mine' }],
    ['filters it out', { filter: { branches: ['none'] } }],
    ['wants changes only', { filter: { statusChanged: ['fixed'] } }],
    ['is not active', { active: false }],
  ])('reaches it alone, though it %s', async (_, settings) => {
    const webhookId = await add(settings);
    await add({ events: ['*'] });
    const { eventId, deliveryId } = await start(webhookId, { type: 'build.failed' });
    const { event, eventJson, ...match } = await matchOf(eventId);
    expect(match).toEqual({ organizationId, trigger: 'test', variant: { format: 'raw', dialect: 'buildwire', options: {} }, deliveries: [{ id: deliveryId, webhookId }] });
    expect(event).toMatchObject({ id: eventId, type: 'build.failed', organization: { id: organizationId }, app: { id: settings.appId ?? 'app_mygame' } });
    expect(JSON.parse(eventJson ?? '')).toEqual(event);
  });

  it('shows what it subscribes to unless a type is asked for', async () => {
    const typeOf = async (settings: Partial<CreateWebhook>) => (await matchOf((await start(await add(settings))).eventId)).event.type;
    expect(await typeOf({ events: ['deployment.failed'] })).toBe('deployment.failed');
    expect(await typeOf({ events: ['*'], dialect: 'capawesome' })).toBe('job.finished');
  });

  it('is another event each time, that can be looked up and is in no list', async () => {
    const webhookId = await add({ events: ['*'] });
    const [one, other] = [await start(webhookId), await start(webhookId)];
    expect(one.eventId).not.toBe(other.eventId);
    await Promise.all([one, other].map(({ eventId }) => matchOf(eventId)));
    expect(await app.get(Events).get(organizationId, one.eventId)).toMatchObject({ id: one.eventId });
    expect((await app.get(Events).list(organizationId, { limit: 10 })).data).toEqual([]);
    expect((await app.get(DryRuns).run(organizationId, { events: ['*'], appId: null, filter: null, limit: 10 })).data).toEqual([]);
  });

  it('says nothing about how builds end', async () => {
    const changed = await add({ events: ['*'], filter: { statusChanged: ['failed'] } });
    await handle([anEvent({ id: 'evt_passed', type: 'build.finished' })], 1);
    await handle([anEvent({ id: 'evt_test_failed', occurredAt: '2026-05-10T14:30:00.000000Z' })], 2, { webhookId: changed });
    await handle([anEvent({ id: 'evt_failed', occurredAt: '2026-05-10T14:40:00.000000Z' })], 3);
    expect((await matchOf('evt_failed')).deliveries.map(({ webhookId }) => webhookId)).toEqual([changed]);
    expect(await app.get(Database).query("select id from matching.event where organization_id = $1 and status_change is not null", [organizationId])).toEqual([{ id: 'evt_failed' }]);
  });

  it('reaches nobody when its webhook was deleted meanwhile', async () => {
    const webhookId = await add({ events: ['*'] });
    await app.get(WebhooksRepository).remove(organizationId, webhookId);
    await handle([anEvent({ id: 'evt_late' })], 1, { webhookId });
    expect(await app.get(Database).query('select deliveries, test from matching.event where organization_id = $1', [organizationId])).toEqual([{ deliveries: [], test: true }]);
  });

  it('goes to the same delivery when its record comes again, though its webhook was deleted', async () => {
    const webhookId = await add({ events: ['job.*'] });
    await add({ events: ['*'] });
    const [test, company] = [anEvent({ id: 'evt_again' }), anEvent({ id: 'evt_in_company' })];
    await handle([test], 1, { webhookId });
    const first = await matchOf('evt_again');
    await app.get(WebhooksRepository).remove(organizationId, webhookId);
    // In company, since the stream itself would swallow the very same message.
    await handle([test, company], 1, { webhookId });
    await eventually(() => expect(matchesOf('evt_again')).toEqual([first, first]));
  });

  it('is refused for a webhook that is not there, or another organization’s', async () => {
    const deleted = await add({});
    await app.get(WebhooksRepository).remove(organizationId, deleted);
    const theirs = await add({});
    organizationId = 'org_other';
    for (const id of [deleted, theirs, 'whk_nonsense', '\0']) await expect(start(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([[{ type: 'build.lost' }], [{ eventId: 'evt_1' }], [[]]])('is refused with %j', async (body) => {
    await expect(start(await add({}), body)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

async function start(webhookId: string, body?: object) {
  return startedTest.parse(await app.get(TestController).start(organizationId, webhookId, body));
}

/** `test` is of the first event. */
async function handle(events: Event[], sequence: number, test?: { webhookId: string }): Promise<void> {
  const records = events.map((event, index) => ({ organizationId, event: { ...event, organization: { id: organizationId } }, ...(test === undefined || index > 0 ? {} : { test }) }));
  await app.get(MatchEventHandler).handle(records, records.map((_, index) => ({ sequence: 10_000 * count + sequence, index, redelivered: false })));
}

function matchesOf(eventId: string): DeliveryMatched[] {
  return app.get(Rendering).matched.filter((match) => match.organizationId === organizationId && match.event.id === eventId);
}

function matchOf(eventId: string): Promise<DeliveryMatched> {
  return eventually(() => {
    const [match, ...more] = matchesOf(eventId);
    if (match === undefined || more.length > 0) throw new Error(`${more.length} matches of ${eventId} too many, or none`);
    return match;
  });
}

async function add(settings: Partial<CreateWebhook>): Promise<string> {
  const { secret: _, ...webhook } = createWebhook.parse({ name: 'CI', url: 'https://example.com/hook', events: ['*'], ...settings });
  const { id } = await app.get(WebhooksRepository).create(organizationId, webhook, 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==');
  await app.get(WebhookChanges).announce({ organizationId, webhookId: id });
  return id;
}
