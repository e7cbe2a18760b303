import { dryRunResult } from '@buildwire/contracts';
import type { Event } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DryRunController } from './dry-run.controller.js';
import { DryRuns } from './dry-run.query.js';
import { EventIndex } from './event-index.repository.js';
import { anEvent } from './spec-support/an-event.js';

const EVENTS = 60;

let server: TestPostgres;
let database: Database;
let dryRuns: DryRunController;
beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 2 });
  dryRuns = new DryRunController(new DryRuns(database));
  await store('org_a', Array.from({ length: EVENTS }, (_, number) => numbered(number)));
  await store('org_b', [anEvent({ id: 'of_b' })]);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('a dry run', () => {
  it('tries what need not be saved on the latest events, newest first, and says why', async () => {
    const { data } = dryRunResult.parse(await dryRuns.run('org_a', { events: ['*.failed'], appId: 'app_1', filter: { platforms: ['ios'] }, limit: 3 }));
    expect(data.map(({ eventId, matches }) => [eventId, matches])).toEqual([['evt_59', true], ['evt_58', false], ['evt_57', true]]);
    expect(data[1]).toEqual({
      eventId: 'evt_58',
      type: 'build.finished',
      matches: false,
      rules: [
        { rule: 'events', passed: false, reason: 'build.finished is not wanted' },
        { rule: 'appId', passed: true, reason: 'the app is wanted' },
        { rule: 'platforms', passed: true, reason: 'the platform "ios" is wanted' },
      ],
    });
  });

  it('goes back as far as it is asked to, and no further than there are events', async () => {
    const idsOf = async (limit?: number) => (await dryRuns.run('org_a', { events: ['*'], ...(limit === undefined ? {} : { limit }) })).data.map(({ eventId }) => eventId);
    const all = Array.from({ length: EVENTS }, (_, number) => `evt_${EVENTS - 1 - number}`);
    expect(await idsOf()).toEqual(all);
    expect(await idsOf(500)).toEqual(all);
    expect(await idsOf(50)).toEqual(all.slice(0, 50));
    expect(await idsOf(26)).toEqual(all.slice(0, 26));
    expect((await dryRuns.run('org_none', { events: ['*'] })).data).toEqual([]);
  });

  it('knows what an event changed when it was matched', async () => {
    const { data } = await dryRuns.run('org_a', { events: ['*'], filter: { statusChanged: ['failed', 'fixed'] }, limit: 4 });
    expect(data.map(({ matches }) => matches)).toEqual([true, true, true, true]);
    const first = (await dryRuns.run('org_a', { events: ['*'], filter: { statusChanged: ['failed', 'fixed'] } })).data.at(-1);
    expect(first?.matches).toBe(false);
  });

  it('asks no other organization', async () => {
    expect((await dryRuns.run('org_b', { events: ['*'] })).data.map(({ eventId }) => eventId)).toEqual(['of_b']);
  });

  it.each([
    ['no events', {}, '/events'],
    ['too many', { events: ['*'], limit: 501 }, '/limit'],
    ['an empty list', { events: ['*'], filter: { platforms: [] } }, '/filter/platforms'],
    ['an unknown condition', { events: ['*'], filter: { colour: ['red'] } }, '/filter/colour'],
    ['an expression that cannot be used', { events: ['*'], filter: { expression: 'event.type ==' } }, '/filter/expression'],
  ])('is refused with %s, at its place', async (_, body, pointer) => {
    await expect(dryRuns.run('org_a', body)).rejects.toMatchObject({ code: 'invalid_request', faults: [{ pointer }] });
  });
});

/** Builds of one line that pass and fail in turn. */
function numbered(number: number): Event {
  const time = `2026-05-10T14:23:${String(number).padStart(2, '0')}.000000Z`;
  const type = number % 2 === 0 ? 'build.finished' : 'build.failed';
  return anEvent({ id: `evt_${number}`, type, occurredAt: time, receivedAt: time, build: { id: `b${number}`, platform: 'ios' } });
}

async function store(organizationId: string, stored: Event[]): Promise<void> {
  const candidates = stored.map((event, index) => ({ organizationId, event, body: JSON.stringify(event), origin: { sequence: 1, index, redelivered: false }, deliveries: [], deliveriesOn: () => [] }));
  await new EventIndex(database).add(candidates);
}
