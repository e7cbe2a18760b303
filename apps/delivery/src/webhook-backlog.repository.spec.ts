import { newId } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DueStore } from './due-store.repository.js';
import { aDelivery } from './spec-support/deliveries.js';
import { WebhookBacklog } from './webhook-backlog.repository.js';
import type { Progress } from './webhook-backlog.repository.js';

const START_MS = Date.now();
const HOUR_MS = 3_600_000;
const organizationId = 'org_spec';

let server: TestPostgres;
let database: Database;
let backlog: WebhookBacklog;
beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 4 });
  backlog = new WebhookBacklog(database);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('the backlog of a webhook', () => {
  it('is brought forward as a whole, in due order at 50 a second, and nothing is made later than it was', async () => {
    // Several portions, with rows of one instant across their borders.
    const dueAtMs = Array.from({ length: 1_700 }, (_, index) => START_MS + HOUR_MS + Math.floor(index / 600));
    const [overdue, soon] = [START_MS - 5_000, START_MS + 30];
    const webhookId = await waiting([overdue, soon, ...dueAtMs]);
    const before = await idsOf(webhookId);
    const counts = await drain(webhookId);
    expect(counts.at(-1)).toBe(1_702);
    expect(counts.length).toBeGreaterThan(1);
    expect(await idsOf(webhookId)).toEqual(before);
    const [first, second, ...rest] = await duesOf(webhookId);
    expect([first, second]).toEqual([overdue, START_MS + 20]);
    expect(rest).toEqual(dueAtMs.map((_, index) => START_MS + 40 + index * 20));
  });

  it('is that of one webhook of one organization', async () => {
    const [mine, other] = [await waiting([START_MS + HOUR_MS]), await waiting([START_MS + HOUR_MS])];
    expect(await backlog.bringForward({ organizationId: 'org_other', webhookId: mine }, START_MS)).toBeUndefined();
    expect(await backlog.next({ organizationId: 'org_other', webhookId: mine })).toEqual([]);
    await drain(mine);
    expect([await duesOf(mine), await duesOf(other)]).toEqual([[START_MS], [START_MS + HOUR_MS]]);
    expect(await backlog.next({ organizationId, webhookId: mine })).toHaveLength(1);
  });

  it('gives what is due first, without the bodies', async () => {
    const webhookId = await waiting(Array.from({ length: 600 }, (_, index) => START_MS + HOUR_MS - index));
    const next = await backlog.next({ organizationId, webhookId });
    expect(next.map(({ deliveryId }) => deliveryId)).toEqual((await idsOf(webhookId)).slice(0, 500));
    const { deliveryId: _, attempt: __, postponements: ___, body: ____, contentType: _____, headers: ______, ...head } = aDelivery({ webhookId });
    expect(next[0]).toEqual({ ...head, deliveryId: next[0]?.deliveryId });
  });
});

async function waiting(dueAtMs: number[]): Promise<string> {
  const webhookId = newId('whk');
  await new DueStore(database).schedule(dueAtMs.map((due) => ({ delivery: aDelivery({ webhookId }), dueAtMs: due })));
  return webhookId;
}

async function drain(webhookId: string): Promise<number[]> {
  const counts: number[] = [];
  for (let progress: Progress | undefined; ; counts.push(progress.count)) {
    progress = await backlog.bringForward({ organizationId, webhookId }, START_MS, progress);
    if (progress === undefined) return counts;
  }
}

async function idsOf(webhookId: string): Promise<string[]> {
  const rows = await database.query<{ id: string }>('select delivery_id as id from delivery.due where webhook_id = $1 order by due_at, delivery_id', [webhookId]);
  return rows.map(({ id }) => id);
}

async function duesOf(webhookId: string): Promise<number[]> {
  const rows = await database.query<{ due: number }>('select extract(epoch from due_at)::float8 * 1000 as due from delivery.due where webhook_id = $1 order by due_at', [webhookId]);
  return rows.map(({ due }) => Math.round(due));
}
