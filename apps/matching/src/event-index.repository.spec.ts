import type { Event } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventIndex } from './event-index.repository.js';
import type { Candidate } from './event-index.repository.js';
import { anEvent } from './spec-support/an-event.js';
import { startCountingProxy } from './spec-support/counting-proxy.js';

let server: TestPostgres;
let url: string;
let database: Database;
let index: EventIndex;
beforeAll(async () => {
  server = await startTestPostgres();
  ({ url } = await server.createDatabase(migrate));
  database = new Database({ url, applicationName: 'spec', poolSize: 8 });
  index = new EventIndex(database);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('the event index', () => {
  it('lets an event through once, and again when the same record is redelivered, with its first deliveries', async () => {
    const once = candidate('redelivered', { deliveries: ['whk_1', 'whk_2'] });
    expect(await index.add([once])).toEqual([{ kind: 'first', deliveries: once.deliveries }]);
    const again = { ...once, deliveries: deliveriesTo(['whk_3']) };
    expect(await index.add([again])).toEqual([{ kind: 'first', deliveries: once.deliveries }]);
  });

  it('stops the same event from another message, or from elsewhere in its message', async () => {
    await index.add([candidate('repeated', { sequence: 7, index: 0 })]);
    expect(await index.add([candidate('repeated', { sequence: 8, index: 0 })])).toEqual([{ kind: 'duplicate' }]);
    expect(await index.add([candidate('repeated', { sequence: 7, index: 1 })])).toEqual([{ kind: 'duplicate' }]);
  });

  it('takes a repeat for the same event although its keys are ordered otherwise and it was received later', async () => {
    const body = { ...anEvent({ id: 'reordered' }), occurredAt: '2026-05-10T14:23:45.123000Z' };
    const reordered = Object.fromEntries(Object.entries(body).reverse()) as Event;
    await index.add([candidate('reordered', { event: body })]);
    const repeat = { ...reordered, receivedAt: '2026-05-11T00:00:00.000000Z', occurredAt: '2026-05-11T00:00:00.000000Z' };
    expect(await index.add([candidate('reordered', { sequence: 2, event: repeat })])).toEqual([{ kind: 'duplicate' }]);
  });

  it('tells another event that uses the same id', async () => {
    await index.add([candidate('reused')]);
    const other = anEvent({ id: 'reused', build: { id: 'b2' }, subject: { kind: 'build', id: 'b2' } });
    expect(await index.add([candidate('reused', { sequence: 2, event: other })])).toEqual([{ kind: 'conflict' }]);
    const laterOccurrence = anEvent({ id: 'reused', occurredAt: '2026-05-10T14:23:44.000001Z' });
    expect(await index.add([candidate('reused', { sequence: 3, event: laterOccurrence })])).toEqual([{ kind: 'conflict' }]);
  });

  it('judges each event of a batch by itself, also the same id twice', async () => {
    await index.add([candidate('known', { sequence: 1 })]);
    const batch = [
      candidate('twice', { sequence: 9, index: 1 }),
      candidate('known', { sequence: 9, index: 2 }),
      candidate('new', { sequence: 9, index: 3 }),
      candidate('twice', { sequence: 9, index: 0 }),
      candidate('twice', { sequence: 9, index: 4, event: anEvent({ id: 'twice', app: { id: 'app_2' } }) }),
    ];
    expect((await index.add(batch)).map(({ kind }) => kind)).toEqual(['duplicate', 'duplicate', 'first', 'first', 'conflict']);
  });

  it('lets one of several replicas through that index the same id at the same time', async () => {
    const ids = Array.from({ length: 50 }, (_, number) => `raced_${number}`);
    const batchOf = (sequence: number, order: string[]) => order.map((id, position) => candidate(id, { sequence, index: position }));
    const standings = await Promise.all([batchOf(1, ids), batchOf(2, [...ids].reverse()), batchOf(3, ids), batchOf(4, [...ids].reverse())].map((batch) => index.add(batch)));
    const firsts = standings.flat().filter(({ kind }) => kind === 'first');
    expect(firsts).toHaveLength(ids.length);
  });

  it('takes two round trips for a batch, also when builds end otherwise than before, and one if none ends', async () => {
    const proxy = await startCountingProxy(url);
    const proxied = new Database({ url: proxy.url, applicationName: 'spec', poolSize: 1 });
    const near = new EventIndex(proxied);
    const ends = ['build.finished', 'build.failed', 'build.failed', 'build.finished', 'build.started'] as const;
    const trips = [];
    for (const [number, type] of ends.entries()) {
      const before = proxy.trips();
      const event = anEvent({ id: `trips_${number}`, type, app: { id: 'app_trips' }, occurredAt: `2026-05-10T14:00:0${number}.000000Z` });
      await near.add([candidate(`trips_${number}`, { event }), candidate(`trips_${number}_b`, { event: anEvent({ id: `trips_${number}_b`, type: 'job.started' }) })]);
      trips.push(proxy.trips() - before);
    }
    expect(trips.slice(1)).toEqual([2, 2, 2, 1]);
    expect(await database.query("select id, status_change as change from matching.event where app_id = 'app_trips' and status_change is not null order by id")).toEqual([{ id: 'trips_1', change: 'failed' }, { id: 'trips_3', change: 'fixed' }]);
    await proxied.close();
    proxy.close();
  });

  it('keeps organizations apart', async () => {
    await index.add([candidate('shared')]);
    expect(await index.add([{ ...candidate('shared', { sequence: 2 }), organizationId: 'org_b' }])).toMatchObject([{ kind: 'first' }]);
  });

  it('keeps the body as it came', async () => {
    const event = anEvent({ id: 'verbatim', ext: { 'we"ird\\': { z: 1, a: '\u{1F600}\n{},"' } } });
    await index.add([candidate('verbatim', { event })]);
    expect(await database.query("select body::text from matching.event where id = 'verbatim'")).toEqual([{ body: JSON.stringify(event) }]);
  });
});

interface Change {
  sequence?: number;
  index?: number;
  event?: Event;
  deliveries?: string[];
}

function candidate(id: string, { sequence = 1, index: recordIndex = 0, event = anEvent({ id }), deliveries = ['whk_1'] }: Change = {}): Candidate {
  return { organizationId: 'org_a', event, body: JSON.stringify(event), origin: { sequence, index: recordIndex, redelivered: false }, deliveries: deliveriesTo(deliveries), deliveriesOn: (change) => deliveriesTo([...deliveries, change]) };
}

function deliveriesTo(webhookIds: string[]): Candidate['deliveries'] {
  return webhookIds.map((webhookId) => ({ id: `dlv_to_${webhookId}`, webhookId, format: 'raw', dialect: 'buildwire', options: {} }));
}
