import { beforeEach, describe, expect, it } from 'vitest';
import { Retention } from './retention.js';
import { DAY_MS, START_MS, aDelivery, anAttempt } from './spec-support/records.js';
import { logOn, useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
let log: TestLog;
beforeEach(async () => {
  log = await createLog();
});

const anAttemptOn = (day: number) => anAttempt(aDelivery({ receivedAtMs: START_MS + day * DAY_MS }), { sentAtMs: START_MS + day * DAY_MS + 1 });

describe('the partitions of the log', () => {
  it('are made for any day that a batch needs', async () => {
    await log.recordAttempts.handle([anAttemptOn(0), anAttemptOn(-12), anAttempt(aDelivery({ receivedAtMs: START_MS - DAY_MS }), { sentAtMs: START_MS + DAY_MS })]);
    expect(await log.partitions.list('delivery')).toEqual(['delivery_20261109', 'delivery_20261120', 'delivery_20261121']);
    expect(await log.partitions.list('attempt')).toEqual(['attempt_20261109', 'attempt_20261121', 'attempt_20261122']);
  });

  it('end at midnight UTC to the millisecond', async () => {
    const midnight = START_MS + 18 * 3_600_000;
    await log.recordAttempts.handle([anAttempt(aDelivery({ receivedAtMs: midnight - 1 }), { sentAtMs: midnight - 1 }), anAttempt(aDelivery({ receivedAtMs: midnight }), { sentAtMs: midnight })]);
    for (const day of ['20261121', '20261122']) {
      expect(await log.database.query(`select 1 as one from delivery_log.delivery_${day} union all select 1 from delivery_log.attempt_${day}`)).toHaveLength(2);
    }
  });

  it('are made by several replicas at once', async () => {
    const attempts = [0, 1, 2, 3].map(anAttemptOn);
    await Promise.all(attempts.map((attempt) => logOn(log.database).recordAttempts.handle([attempt, anAttemptOn(0), anAttemptOn(3)])));
    expect(await log.partitions.list('attempt')).toHaveLength(4);
  });

  it('are made without shutting out readers', async () => {
    await log.database.transaction(async (query) => {
      await query('select from delivery_log.delivery');
      await logOn(log.database).partitions.ensure('delivery', [START_MS]);
    });
    expect(await log.partitions.list('delivery')).toHaveLength(1);
  });

  it('have the indexes, the defaults and the derived columns of their table', async () => {
    await log.partitions.ensure('delivery', [START_MS]);
    const [row] = await log.database.query<{ missing: number }>(`
      select count(*)::integer as missing from pg_index parent
      where parent.indrelid = 'delivery_log.delivery'::regclass and not exists (
        select from pg_inherits join pg_index part on part.indexrelid = inhrelid
        where inhparent = parent.indexrelid and part.indrelid = 'delivery_log.delivery_20261121'::regclass and part.indisvalid)`);
    expect(row).toEqual({ missing: 0 });
  });

  it('are there for today and two days ahead after a round of tending', async () => {
    await retentionOf(30).apply(START_MS);
    expect(await log.partitions.list('attempt')).toEqual(['attempt_20261121', 'attempt_20261122', 'attempt_20261123']);
    expect(await log.partitions.list('delivery')).toHaveLength(3);
  });

  it('are dropped when their whole day is older than the log is kept, and dead letters with them', async () => {
    await log.recordAttempts.handle([anAttemptOn(0), anAttemptOn(-6), anAttemptOn(-7), anAttemptOn(-8)]);
    await log.recordDeadLetters.handle([deadLetter(0), deadLetter(-8)]);
    await retentionOf(7).apply(START_MS);
    expect((await log.partitions.list('delivery')).slice(0, 2)).toEqual(['delivery_20261114', 'delivery_20261115']);
    expect((await log.partitions.list('attempt')).slice(0, 2)).toEqual(['attempt_20261114', 'attempt_20261115']);
    expect((await log.deadLetters.list('org_acme', { limit: 10 })).data).toHaveLength(1);
  });

  it('are dropped by several replicas at once', async () => {
    await log.recordAttempts.handle([anAttemptOn(-8), anAttemptOn(-9)]);
    await Promise.all([1, 2, 3].map(() => logOn(log.database).partitions.dropBefore(START_MS - DAY_MS)));
    expect(await log.partitions.list('attempt')).toEqual([]);
  });

  it('are made again for a late batch after another replica dropped them', async () => {
    await log.recordAttempts.handle([anAttemptOn(-40)]);
    await logOn(log.database).partitions.dropBefore(START_MS);
    const late = anAttemptOn(-40);
    await log.recordAttempts.handle([late]);
    expect(await log.deliveries.get(late.organizationId, late.deliveryId)).toMatchObject({ attemptCount: 1 });
  });
});

function retentionOf(days: number): Retention {
  return new Retention(log.database, log.partitions, days);
}

function deadLetter(day: number) {
  const id = `dlt_01JTX4N1PCC4R7V3A5YQ9H2K8${day === 0 ? 'M' : 'N'}`;
  return { id, organizationId: 'org_acme', service: 'matching', subject: 'a.b', reason: 'poison', payload: '', truncated: false, occurredAtMs: START_MS + day * DAY_MS };
}
