import { newId } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DueStore } from './due-store.repository.js';
import { aDelivery } from './spec-support/deliveries.js';

const PAST = 0;
const FUTURE = Date.now() + 3_600_000;

let server: TestPostgres;
let database: Database;
let store: DueStore;

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => server.stop());
beforeEach(async () => {
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 4 });
  store = new DueStore(database);
});
afterEach(async () => database.close());

describe('the due store', () => {
  it('gives what is due, byte for byte, and nothing that is not', async () => {
    const due = aDelivery({ attempt: 2, body: '{"note":"ünïcode 🦊 \\" \\\\"}' });
    await store.schedule([{ delivery: due, dueAtMs: PAST }, { delivery: aDelivery(), dueAtMs: FUTURE }]);
    expect((await store.claim(10)).deliveries).toEqual([due]);
  });

  it('gives each delivery to one claimer only', async () => {
    await store.schedule(Array.from({ length: 3_000 }, () => ({ delivery: aDelivery(), dueAtMs: PAST })));
    // The pool's connections are open, so that the claims really meet.
    await Promise.all([1, 2, 3, 4].map(() => database.query('SELECT pg_sleep(0.05)')));
    const claims = await Promise.all([1, 2, 3, 4].map(() => store.claim(1_000)));
    const ids = claims.flatMap(({ deliveries }) => deliveries.map(({ deliveryId }) => deliveryId));
    expect(new Set(ids).size).toBe(ids.length);
    expect((await store.claim(3_000)).deliveries.length + ids.length).toBe(3_000);
  });

  it('gives the oldest of every webhook before the rest of one webhook’s backlog', async () => {
    const backlog = Array.from({ length: 100 }, (_, index) => ({ delivery: aDelivery(), dueAtMs: index }));
    const others = Array.from({ length: 5 }, () => ({ delivery: aDelivery({ webhookId: newId('whk') }), dueAtMs: 1_000 }));
    await store.schedule([...backlog, ...others]);
    const claimed = (await store.claim(10)).deliveries.map(({ webhookId }) => webhookId);
    expect(others.filter(({ delivery }) => claimed.includes(delivery.webhookId))).toHaveLength(5);
  });

  it('takes a later attempt, or the same one put off again, and nothing older', async () => {
    const delivery = aDelivery({ attempt: 3 });
    await store.schedule([{ delivery, dueAtMs: FUTURE }]);
    await store.schedule([{ delivery: { ...delivery, attempt: 2, postponements: 9 }, dueAtMs: PAST }]);
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    expect(await claimAll()).toEqual([]);
    await store.schedule([{ delivery: { ...delivery, postponements: 1 }, dueAtMs: PAST }]);
    expect(await claimAll()).toMatchObject([{ attempt: 3, postponements: 1 }]);
  });

  it('is not revived by an old report of a delivery that has ended', async () => {
    const delivery = aDelivery({ attempt: 2 });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await store.markSent(await store.claim(1));
    await store.finish([delivery.deliveryId]);
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await store.schedule([{ delivery: { ...delivery, attempt: 9 }, dueAtMs: PAST }]);
    expect(await claimAll()).toEqual([]);
  });

  it('does not take what was scheduled anew for what was sent', async () => {
    const delivery = aDelivery({ attempt: 2 });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    const claim = await store.claim(1);
    await store.schedule([{ delivery: { ...delivery, attempt: 3 }, dueAtMs: PAST }]);
    await store.markSent(claim);
    expect(await claimAll()).toMatchObject([{ attempt: 3 }]);
  });

  it('gives again what a claimer did not send before its claim lapsed', async () => {
    const delivery = aDelivery({ attempt: 2 });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await store.claim(1);
    await store.tidy();
    expect(await claimAll()).toEqual([]);
    await database.query(`UPDATE delivery.due SET claimed_until = now() - interval '1 second'`);
    await store.tidy();
    expect(await claimAll()).toEqual([delivery]);
  });

  it('forgets an ended delivery after an hour', async () => {
    const delivery = aDelivery({ attempt: 2 });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await store.finish([delivery.deliveryId]);
    await store.tidy();
    expect(await rows()).toBe(1);
    await database.query(`UPDATE delivery.due SET updated_at = now() - interval '61 minutes'`);
    await store.tidy();
    expect(await rows()).toBe(0);
  });
});

async function claimAll(): Promise<RenderedDelivery[]> {
  return (await store.claim(1_000)).deliveries;
}

async function rows(): Promise<number> {
  const [row] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM delivery.due');
  return row?.count ?? 0;
}
