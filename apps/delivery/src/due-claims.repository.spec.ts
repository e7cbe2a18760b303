import { newId } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { eventually, startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DueClaims } from './due-claims.repository.js';
import type { Claim } from './due-claims.repository.js';
import { DueStore } from './due-store.repository.js';
import { aDelivery } from './spec-support/deliveries.js';

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

describe('a claim', () => {
  it('gives each delivery to one claimer only', async () => {
    await store.schedule(Array.from({ length: 3_000 }, (_, index) => ({ delivery: aDelivery({ webhookId: webhook(index % 300) }), dueAtMs: index })));
    // The pool's connections are open, so that the claims really meet.
    await Promise.all([1, 2, 3, 4].map(() => database.query('SELECT pg_sleep(0.05)')));
    const given: string[] = [];
    const claimer = async () => {
      while (given.length < 3_000) given.push(...(await claims.claim(200)).deliveries.map(({ deliveryId }) => deliveryId));
    };
    await Promise.all([1, 2, 3, 4].map(claimer));
    expect(new Set(given).size).toBe(3_000);
    expect(given).toHaveLength(3_000);
  });

  it('gives a webhook with one delivery its turn beside two whose backlogs are older', async () => {
    await aBacklog(webhook(1), 8_000);
    await aBacklog(webhook(2), 8_000);
    const late = aDelivery({ webhookId: webhook(3) });
    await store.schedule([{ delivery: late, dueAtMs: Date.now() - 1_000 }]);
    const { deliveries } = await claims.claim(30);
    expect(countsOf(deliveries)).toEqual({ [webhook(1)]: 10, [webhook(2)]: 10, [webhook(3)]: 1 });
    expect(deliveries).toContainEqual(late);
  });

  it('goes round more webhooks than it holds, those with the oldest backlog no oftener than the others', async () => {
    for (let index = 0; index < 50; index++) await aBacklog(webhook(index), 5, index * 1_000);
    const rounds: RenderedDelivery[][] = [];
    for (let round = 0; round < 5; round++) rounds.push((await claims.claim(10)).deliveries);
    expect(new Set(rounds.flat().map(({ webhookId }) => webhookId)).size).toBe(50);
  });

  it('gives the backlog of one webhook in due order and in small portions, and serves it once in a tenth of a second', async () => {
    await aBacklog(webhook(1), 100);
    const first = await claims.claim(200);
    const second = await claims.claim(200);
    expect(first.deliveries.map(({ body }) => Number(body))).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(second.deliveries).toEqual([]);
    const third = await eventually(async () => {
      const { deliveries } = await claims.claim(200);
      expect(deliveries).not.toEqual([]);
      return deliveries;
    });
    expect(third.map(({ body }) => Number(body))).toEqual(Array.from({ length: 20 }, (_, index) => index + 20));
  });

  it('finds what comes due while its webhook was being served', async () => {
    await store.schedule([{ delivery: aDelivery(), dueAtMs: FUTURE }]);
    const claiming = Array.from({ length: 40 }, () => claims.claim(10));
    const scheduling = Array.from({ length: 40 }, () => store.schedule([{ delivery: aDelivery(), dueAtMs: 0 }]));
    const given = (await Promise.all(claiming)).flatMap(({ deliveries }) => deliveries);
    await Promise.all(scheduling);
    await eventually(async () => {
      given.push(...(await claims.claim(100)).deliveries);
      expect(given).toHaveLength(40);
    });
  });

  it('finds what somebody else brought forward', async () => {
    await store.schedule([{ delivery: aDelivery(), dueAtMs: FUTURE }]);
    expect((await claims.claim(10)).deliveries).toEqual([]);
    await database.query(`UPDATE delivery.due SET due_at = now()`);
    expect((await claims.claim(10)).deliveries).toHaveLength(1);
  });

  it('keeps no head for a webhook of which nothing waits', async () => {
    const delivery = aDelivery();
    await store.schedule([{ delivery, dueAtMs: 0 }]);
    await store.finish([delivery.deliveryId]);
    expect((await claims.claim(10)).deliveries).toEqual([]);
    expect(await database.query('SELECT 1 FROM delivery.due_head')).toEqual([]);
  });
});

describe('a claim of a webhook that asks for order', () => {
  const started = aDelivery({ eventType: 'build.started', attempt: 1, postponements: 1 });
  const finished = aDelivery({ eventType: 'build.finished', attempt: 1, postponements: 1 });
  const queue = (rank: number, over: { ordered?: boolean; supersedes?: boolean } = {}) => ({ key: 'whk bld', rank, ordered: true, supersedes: false, ...over });
  const dueStarted = { delivery: started, dueAtMs: 0, queue: queue(2) };
  const dueFinished = { delivery: finished, dueAtMs: 0, queue: queue(3) };

  it('holds a state back until the earlier one has ended, and gives it then at once', async () => {
    await store.schedule([dueFinished, dueStarted]);
    const claim = await claims.claim(10);
    expect(claim.deliveries).toEqual([started]);
    await claims.markSent(claim);
    await database.query(`UPDATE delivery.due SET due_at = now() + interval '1 hour' WHERE held_since IS NOT NULL`);
    await store.finish([started.deliveryId]);
    expect((await claimed()).deliveries).toEqual([finished]);
  });

  it('looks again at what it held back, should nobody wake it', async () => {
    await store.schedule([dueFinished, dueStarted]);
    await claims.claim(10);
    await database.query(`UPDATE delivery.due SET state = 'final' WHERE delivery_id = $1`, [started.deliveryId]);
    expect((await claimed()).deliveries).toEqual([finished]);
  });

  it('keeps the place of a delivery through its retries', async () => {
    await store.schedule([dueStarted]);
    await claims.markSent(await claims.claim(10));
    await store.schedule([{ delivery: { ...started, attempt: 2, postponements: 0 }, dueAtMs: FUTURE }, dueFinished]);
    expect(await claims.claim(10)).toMatchObject({ deliveries: [], canceled: [] });
    expect(await database.query(`SELECT state FROM delivery.due WHERE delivery_id = $1 AND held_since IS NOT NULL`, [finished.deliveryId])).toEqual([{ state: 'waiting' }]);
  });

  it('lets a state that was held up for an hour overtake the retries of the earlier one, and cancels that', async () => {
    await store.schedule([dueStarted]);
    await claims.markSent(await claims.claim(10));
    const retry = { ...started, attempt: 2, postponements: 0 };
    await store.schedule([{ delivery: retry, dueAtMs: FUTURE }, dueFinished]);
    await claims.claim(10);
    await database.query(`UPDATE delivery.due SET due_at = now(), held_since = now() - interval '61 minutes' WHERE delivery_id = $1`, [finished.deliveryId]);
    expect(await claimed()).toMatchObject({ deliveries: [finished], canceled: [] });
    expect(await claimed()).toMatchObject({ deliveries: [], canceled: [{ delivery: retry, reason: 'overtaken by a later state of its build' }] });
  });

  it('cancels the retry of a state at once that a newer one superseded while it was on its way', async () => {
    const newestOnly = queue(2, { ordered: false, supersedes: true });
    await store.schedule([{ ...dueStarted, queue: newestOnly }]);
    await claims.markSent(await claims.claim(10));
    await store.schedule([{ ...dueFinished, queue: { ...newestOnly, rank: 3 } }]);
    expect((await claimed()).deliveries).toEqual([finished]);
    await store.schedule([{ delivery: { ...started, attempt: 2, postponements: 0 }, dueAtMs: FUTURE }]);
    expect((await claimed()).canceled).toMatchObject([{ reason: 'superseded by build.finished' }]);
  });
});

/** Something, once the webhook is served again. */
function claimed(): Promise<Claim> {
  return eventually(async () => {
    const claim = await claims.claim(10);
    expect(claim.deliveries.length + claim.canceled.length).toBeGreaterThan(0);
    return claim;
  });
}

function webhook(index: number): string {
  return `whk_${String(index).padStart(26, '0')}`;
}

/** Deliveries of one webhook whose bodies are their places. */
async function aBacklog(webhookId: string, count: number, fromMs = 0): Promise<void> {
  await store.schedule(Array.from({ length: count }, (_, index) => ({ delivery: aDelivery({ deliveryId: newId('dlv'), webhookId, body: String(index) }), dueAtMs: fromMs + index })));
}

function countsOf(deliveries: readonly RenderedDelivery[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { webhookId } of deliveries) counts[webhookId] = (counts[webhookId] ?? 0) + 1;
  return counts;
}
