import { ProblemError, deliveryList } from '@buildwire/contracts';
import type { DeliveryHead } from '@buildwire/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { START_MS, aDelivery, anAttempt } from './spec-support/records.js';
import { useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
let log: TestLog;
const deliveries = [1, 2, 3, 4, 5].map(() => aDelivery({ eventId: 'build/1842' }));
const [tried] = deliveries;

beforeAll(async () => {
  log = await createLog();
  await index('build/1842', deliveries);
  await index('lonely', []);
  await log.recordAttempts.handle(deliveries.slice(0, 1).map((delivery) => anAttempt(delivery)));
});

describe('the deliveries of an event', () => {
  it('are told newest first, those not yet tried as pending', async () => {
    const answer = await log.eventDeliveries.list('org_acme', 'build/1842', { limit: 50 });
    expect(deliveryList.parse(answer)).toEqual(answer);
    expect(answer.data.map(({ id }) => id)).toEqual(deliveries.map(({ deliveryId }) => deliveryId).sort().reverse());
    for (const delivery of answer.data) {
      const wasTried = delivery.id === tried?.deliveryId;
      expect(delivery).toMatchObject({ status: wasTried ? 'succeeded' : 'pending', attemptCount: wasTried ? 1 : 0, eventType: 'build.failed', appId: 'app_game' });
    }
  });

  it('are paged', async () => {
    const ids: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await log.eventDeliveries.list('org_acme', 'build/1842', { limit: 2, cursor });
      ids.push(...page.data.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(ids).toEqual(deliveries.map(({ deliveryId }) => deliveryId).sort().reverse());
  });

  it('are none for an event that nobody wanted', async () => {
    expect(await log.eventDeliveries.list('org_acme', 'lonely', { limit: 50 })).toEqual({ data: [], nextCursor: null });
  });

  it.each([['org_acme', 'unknown'], ['org_other', 'build/1842'], ['org_acme', 'nul \0'], ['org_acme', '']])('are not found for %s and the event %j', async (organizationId, id) => {
    await expect(log.eventDeliveries.list(organizationId, id, { limit: 50 })).rejects.toMatchObject({ name: 'ProblemError', code: 'not_found' });
  });

  it('refuse the cursor of another event', async () => {
    const { nextCursor } = await log.eventDeliveries.list('org_acme', 'build/1842', { limit: 1 });
    await expect(log.eventDeliveries.list('org_acme', 'lonely', { limit: 1, cursor: nextCursor ?? '' })).rejects.toThrow(ProblemError);
  });

  it('can be looked up one by one before they are tried, by their own organization only', async () => {
    const id = deliveries.at(-1)?.deliveryId ?? '';
    expect(await log.deliveries.get('org_acme', id)).toMatchObject({ id, status: 'pending', eventId: 'build/1842' });
    expect(await log.attempts.list('org_acme', id, { limit: 10 })).toEqual({ data: [], nextCursor: null });
    await expect(log.deliveries.get('org_other', id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the deliveries of a test', () => {
  it('are told as such before they are tried', async () => {
    const test = aDelivery({ eventId: 'test' });
    await index('test', [test]);
    await log.database.query("update matching.event set test = true where id = 'test'");
    expect((await log.eventDeliveries.list('org_acme', 'test', { limit: 1 })).data).toMatchObject([{ trigger: 'test', status: 'pending' }]);
    expect(await log.deliveries.get('org_acme', test.deliveryId)).toMatchObject({ trigger: 'test', status: 'pending' });
  });
});

async function index(id: string, matched: DeliveryHead[]): Promise<void> {
  const list = matched.map(({ deliveryId, webhookId, format, dialect }) => ({ id: deliveryId, webhookId, format, dialect }));
  await log.database.query(
    `insert into matching.event (organization_id, id, stream_sequence, record_index, type, app_id, subject_id, occurred_at, received_at, body, deliveries)
     values ('org_acme', $1, 1, 0, 'build.failed', 'app_game', 'b', $2, $2, '{}', $3)`,
    [id, new Date(START_MS), JSON.stringify(list)],
  );
}
