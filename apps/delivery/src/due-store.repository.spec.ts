import type { RenderedDelivery } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DueClaims } from './due-claims.repository.js';
import { DueStore } from './due-store.repository.js';
import { aDelivery } from './spec-support/deliveries.js';

const PAST = 0;
const FUTURE = Date.now() + 3_600_000;

let server: TestPostgres;
let database: Database;
let store: DueStore;
let claims: DueClaims;

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => server.stop());
beforeEach(async () => {
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 4 });
  store = new DueStore(database);
  claims = new DueClaims(database);
});
afterEach(async () => database.close());

describe('the due store', () => {
  it('gives what is due, byte for byte, and nothing that is not', async () => {
    const due = aDelivery({ attempt: 2, body: '{"note":"ünïcode 🦊 \\" \\\\"}' });
    await store.schedule([{ delivery: due, dueAtMs: PAST }, { delivery: aDelivery(), dueAtMs: FUTURE }]);
    expect((await claims.claim(10)).deliveries).toEqual([due]);
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
    await claims.markSent(await claims.claim(1));
    await store.finish([delivery.deliveryId]);
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await store.schedule([{ delivery: { ...delivery, attempt: 9 }, dueAtMs: PAST }]);
    expect(await claimAll()).toEqual([]);
  });

  it('does not take what was scheduled anew for what was sent', async () => {
    const delivery = aDelivery({ attempt: 2 });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    const claim = await claims.claim(1);
    await store.schedule([{ delivery: { ...delivery, attempt: 3 }, dueAtMs: PAST }]);
    await claims.markSent(claim);
    expect(await claimAll()).toMatchObject([{ attempt: 3 }]);
  });

  it('gives again what a claimer did not send before its claim lapsed', async () => {
    const delivery = aDelivery({ attempt: 2 });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await claims.claim(1);
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

  it('forgets how far a build was told after a week', async () => {
    await store.schedule([{ delivery: aDelivery(), dueAtMs: PAST, queue: { key: 'whk bld', rank: 1, ordered: true, supersedes: false } }]);
    await claims.claim(1);
    await store.tidy();
    expect(await database.query('SELECT order_key FROM delivery.build_turn')).toEqual([{ order_key: 'whk bld' }]);
    await database.query(`UPDATE delivery.build_turn SET updated_at = now() - interval '8 days'`);
    await store.tidy();
    expect(await database.query('SELECT order_key FROM delivery.build_turn')).toEqual([]);
  });

  it('takes back what was sent long ago and before a given time, byte for byte', async () => {
    const delivery = aDelivery({ attempt: 2, body: '{"note":"ünïcode 🦊"}' });
    await store.schedule([{ delivery, dueAtMs: PAST }]);
    await claims.markSent(await claims.claim(1));
    expect(await store.mayHaveLost()).toBe(false);
    expect(await store.takeBack(Date.now() + 60_000)).toBe(0);
    await database.query(`UPDATE delivery.due SET updated_at = now() - interval '2 hours'`);
    expect(await store.mayHaveLost()).toBe(true);
    expect(await store.takeBack(Date.now() - 3 * 3_600_000)).toBe(0);
    expect(await store.takeBack(Date.now())).toBe(1);
    expect(await claimAll()).toEqual([delivery]);
  });

  it('tells how late the first delivery is', async () => {
    expect((await store.backlog()).lateSeconds).toBe(0);
    await store.schedule([{ delivery: aDelivery(), dueAtMs: FUTURE }]);
    expect((await store.backlog()).lateSeconds).toBe(0);
    await store.schedule([{ delivery: aDelivery(), dueAtMs: Date.now() - 90_000 }]);
    expect((await store.backlog()).lateSeconds).toBeGreaterThanOrEqual(89);
  });

  it('counts what waits as Postgres last did', async () => {
    await store.schedule(Array.from({ length: 50 }, () => ({ delivery: aDelivery(), dueAtMs: FUTURE })));
    await database.query('ANALYZE delivery.due');
    expect((await store.backlog()).waiting).toBe(50);
  });
});

async function claimAll(): Promise<RenderedDelivery[]> {
  return (await claims.claim(1_000)).deliveries;
}

async function rows(): Promise<number> {
  const [row] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM delivery.due');
  return row?.count ?? 0;
}
