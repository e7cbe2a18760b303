import type { Event, EventType } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventIndex } from './event-index.repository.js';
import type { Candidate } from './event-index.repository.js';
import type { Standing } from './event-standing.js';
import { anEvent } from './spec-support/an-event.js';

let server: TestPostgres;
let database: Database;
let index: EventIndex;
beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 8 });
  index = new EventIndex(database);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

let organizationId: string;
let count = 0;
let sequence = 0;
beforeEach(() => {
  organizationId = `org_${(count += 1)}`;
});

describe('the state of a line of builds', () => {
  it('makes a failure after a pass, and a pass after a failure, a change', async () => {
    expect(await say(passed(1), failed(2), failed(3), passed(4), passed(5))).toEqual([null, 'failed', null, 'fixed', null]);
    expect(await states()).toEqual([{ app_id: 'app_1', branch: 'main', platform: 'ios', build_type: 'release', passed: true, event_id: 'at_5' }]);
  });

  it('is the same whether events come in one batch or in many', async () => {
    expect([await say(passed(1)), await say(failed(2)), await say(failed(3)), await say(passed(4))].flat()).toEqual([null, 'failed', null, 'fixed']);
  });

  it('is kept for each app, branch, platform and build type', async () => {
    await say(passed(1));
    const others = [{ app: { id: 'app_2' } }, { branch: 'dev' }, { platform: 'android' }, { type: 'debug' }, { branch: undefined }];
    for (const [number, other] of others.entries()) expect(await say(failed(number + 2, other))).toEqual([null]);
    expect(await say(failed(9))).toEqual(['failed']);
    expect(await states()).toHaveLength(6);
  });

  it('is kept for each organization', async () => {
    await say(passed(1));
    organizationId = 'org_other';
    expect(await say(failed(2))).toEqual([null]);
  });

  it('does not go back when an older event comes late', async () => {
    await say(passed(1), passed(3));
    expect(await say(failed(2))).toEqual([null]);
    expect(await say(failed(4))).toEqual(['failed']);
    expect(await say(passed(0))).toEqual([null]);
    expect(await states()).toMatchObject([{ passed: false, event_id: 'at_4' }]);
  });

  it('is moved by no event that is neither a pass nor a failure', async () => {
    await say(passed(1));
    expect(await say(at(2, 'build.canceled'), at(3, 'build.started'), at(4, 'job.finished'), failed(5))).toEqual([null, null, null, 'failed']);
  });

  it('is decided once: who is told the same record again hears what was decided then', async () => {
    const [first, second] = [candidate(passed(1)), candidate(failed(2))];
    await index.add([first, second]);
    const later = candidate(passed(3));
    await index.add([later]);
    expect((await index.add([first, second, later])).map(changeOf)).toEqual([null, 'failed', 'fixed']);
    expect(await states()).toMatchObject([{ event_id: 'at_3' }]);
  });

  it('is moved neither by a repeat nor by another event under a known id', async () => {
    await say(passed(1));
    const other = { ...failed(9), id: 'at_1' };
    expect((await index.add([candidate(passed(1)), candidate(other), candidate(failed(2))])).map(({ kind }) => kind)).toEqual(['duplicate', 'conflict', 'first']);
    expect(await states()).toMatchObject([{ passed: false, event_id: 'at_2' }]);
  });

  it('is stored with the event that changed it', async () => {
    await say(passed(1), failed(2));
    expect(await database.query('select id, status_change, deliveries from matching.event where organization_id = $1 order by id', [organizationId])).toEqual([
      { id: 'at_1', status_change: null, deliveries: deliveriesTo('always') },
      { id: 'at_2', status_change: 'failed', deliveries: [...deliveriesTo('always'), ...deliveriesTo('failed')] },
    ]);
  });

  it('comes to the same end however events are shuffled and cut into batches, by several replicas at once', async () => {
    const events = Array.from({ length: 24 }, (_, number) => (number % 3 === 0 ? passed : failed)(number, { branch: number % 2 === 0 ? 'main' : 'dev' }));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(events, { minLength: events.length }), async (shuffled) => {
        organizationId = `org_${(count += 1)}`;
        const batches = Array.from({ length: 6 }, (_, batch) => shuffled.slice(batch * 4, batch * 4 + 4).map(candidate));
        const standings = await Promise.all(batches.map((batch) => index.add(batch)));
        expect(standings.flat().every(({ kind }) => kind === 'first')).toBe(true);
        expect(await states()).toMatchObject([{ branch: 'dev', event_id: 'at_23', passed: false }, { branch: 'main', event_id: 'at_22', passed: false }]);
      }),
      { numRuns: 15 },
    );
  });

  it('holds whatever a producer calls a branch', async () => {
    for (const branch of ['x'.repeat(100_000), 'a\0b', '\ud800', '']) {
      await say(passed(sequence, { branch }));
      expect(await say(failed(sequence, { branch }))).toEqual(['failed']);
    }
    expect((await states()).map(({ branch }) => branch.length).sort((one, other) => one - other)).toEqual([0, 1, 3, 255]);
  });
});

type Change = { branch?: string | undefined; platform?: string; type?: string; app?: { id: string } };

function passed(number: number, change: Change = {}): Event {
  return at(number, 'build.finished', change);
}

function failed(number: number, change: Change = {}): Event {
  return at(number, 'build.failed', change);
}

/** The build ended in that second; the event came at the end of the day. */
function at(second: number, type: EventType, change: Change = {}): Event {
  const { branch, platform, type: buildType, app } = { branch: 'main', platform: 'ios', type: 'release', app: { id: 'app_1' }, ...change };
  const finishedAt = `2026-05-10T14:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000000Z`;
  return anEvent({ id: `at_${second}`, type, app, receivedAt: '2026-05-10T23:59:59.000000Z', build: { id: `b_${second}`, platform, type: buildType, source: { branch }, timing: { finishedAt } } });
}

/** What each of new events changed. */
async function say(...events: Event[]): Promise<(string | null)[]> {
  return (await index.add(events.map(candidate))).map(changeOf);
}

function candidate(event: Event): Candidate {
  sequence += 1;
  const deliveries = deliveriesTo('always');
  return { organizationId, event, body: JSON.stringify(event), origin: { sequence, index: 0, redelivered: false }, deliveries, deliveriesOn: (change) => [...deliveries, ...deliveriesTo(change)] };
}

function deliveriesTo(webhookId: string): Candidate['deliveries'] {
  return [{ id: `dlv_to_${webhookId}`, webhookId, format: 'raw', dialect: 'buildwire', options: {} }];
}

function changeOf(standing: Standing): string | null {
  return standing.kind === 'first' ? (standing.deliveries[1]?.webhookId ?? null) : null;
}

function states(): Promise<{ branch: string; passed: boolean; event_id: string }[]> {
  return database.query('select app_id, branch, platform, build_type, passed, event_id from matching.build_outcome where organization_id = $1 order by branch', [organizationId]);
}
