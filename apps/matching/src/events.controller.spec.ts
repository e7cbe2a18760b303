import { eventList, exampleEvent } from '@buildwire/contracts';
import type { Event } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventIndex } from './event-index.repository.js';
import { EventsController } from './events.controller.js';
import { Events } from './events.query.js';
import { anEvent } from './spec-support/an-event.js';

let server: TestPostgres;
let database: Database;
let events: EventsController;
let all: Event[];
beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 2 });
  events = new EventsController(new Events(database));
  all = Array.from({ length: 9 }, (_, number) => numbered(number)).reverse();
  await store('org_a', all);
  await store('org_b', [anEvent({ id: 'of_b' })]);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('events', () => {
  it('are shown as they were accepted', async () => {
    expect(await events.get('org_a', 'evt_3')).toEqual(numbered(3));
    expect(JSON.stringify(await events.get('org_a', 'evt_3'))).toBe(JSON.stringify(numbered(3)));
  });

  it('are listed newest first, page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = eventList.parse(await events.list('org_a', { limit: '4', ...(cursor === null ? {} : { cursor }) }));
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  it('are found by type, app and time of receipt', async () => {
    const found = async (filters: object) => (await events.list('org_a', filters)).data.map(({ id }) => id);
    expect(await found({ type: 'build.started' })).toEqual(['evt_8', 'evt_6', 'evt_4', 'evt_2', 'evt_0']);
    expect(await found({ appId: 'app_2' })).toEqual(['evt_8', 'evt_5', 'evt_2']);
    expect(await found({ appId: 'app_2', type: 'build.started' })).toEqual(['evt_8', 'evt_2']);
    expect(await found({ since: numbered(2).receivedAt, until: numbered(4).receivedAt })).toEqual(['evt_3', 'evt_2']);
  });

  it("are also Buildwire's own, among those of the build system", async () => {
    const own = exampleEvent('delivery.exhausted');
    await store('org_own', [own, anEvent({ id: 'evt_build', receivedAt: '2026-05-10T14:00:00.000000Z' })]);
    expect(eventList.parse(await events.list('org_own', {})).data.map(({ id }) => id)).toEqual([own.id, 'evt_build']);
    expect((await events.list('org_own', { type: 'delivery.exhausted', appId: own.app.id })).data).toEqual([own]);
  });

  it('make a page shorter when they are large, and none is missed', async () => {
    const large = Array.from({ length: 60 }, (_, number) => anEvent({ id: `large_${String(number).padStart(2, '0')}`, ext: { x: { large: 'x'.repeat(200_000) } } }));
    await store('org_large', large);
    const first = await events.list('org_large', {});
    const second = await events.list('org_large', { cursor: first.nextCursor });
    expect(first.data.length).toBeLessThan(50);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(large.map(({ id }) => id).reverse());
    expect(second.nextCursor).toBeNull();
  });

  it('of another organization are not found', async () => {
    for (const id of ['of_b', 'evt_absent', 'with space', 'x'.repeat(201)]) await expect(Promise.resolve().then(() => events.get('org_a', id))).rejects.toMatchObject({ code: 'not_found' });
    const { nextCursor } = await events.list('org_a', { limit: '1' });
    await expect(Promise.resolve().then(() => events.list('org_b', { cursor: nextCursor }))).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

function numbered(number: number): Event {
  return anEvent({
    id: `evt_${number}`,
    type: number % 2 === 0 ? 'build.started' : 'build.failed',
    app: { id: `app_${number % 3}` },
    receivedAt: `2026-05-10T14:23:45.00000${Math.floor(number / 2)}Z`,
  });
}

async function store(organizationId: string, stored: Event[]): Promise<void> {
  const candidates = stored.map((event, index) => ({ organizationId, event, body: JSON.stringify(event), origin: { sequence: 1, index, redelivered: false }, deliveries: [], deliveriesOn: () => [] }));
  await new EventIndex(database).add(candidates);
}
