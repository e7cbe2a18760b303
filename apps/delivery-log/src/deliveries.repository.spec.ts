import { ProblemError, deliveryFilters, deliveryList, millisecondsOf, newId, timeOfId } from '@buildwire/contracts';
import type { Delivery, DeliveryAttempted, DeliveryClosed, DeliveryFilters, DeliveryPostponed } from '@buildwire/contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, START_MS, aClosure, aDelivery, aPostponement, anAttempt, failing } from './spec-support/records.js';
import { useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
const MINE = 'org_mine';
const THEIRS = 'org_theirs';

type Stored = DeliveryAttempted | DeliveryPostponed | DeliveryClosed;
let log: TestLog;
const stored: Stored[] = [];

const webhooks = [0, 1, 2].map(() => newId('whk', START_MS));
const pick = <Value>(values: readonly [Value, ...Value[]], index: number): Value => values[index % values.length] ?? values[0];

/** 300 deliveries over five days, several of them received in one millisecond, and as many of another organization. */
beforeAll(async () => {
  log = await createLog();
  for (let index = 0; index < 300; index++) {
    stored.push(recordOf(MINE, index));
    stored.push(recordOf(THEIRS, index));
  }
  await log.recordAttempts.handle(stored.filter((record) => 'attemptId' in record));
  await log.recordPostponements.handle(stored.filter((record) => 'untilMs' in record));
  await log.recordClosures.handle(stored.filter((record) => 'closedAtMs' in record));
});

function recordOf(organizationId: string, index: number): Stored {
  const delivery = aDelivery({
    organizationId,
    eventId: `event-${index % 40}`,
    eventType: pick(['build.failed', 'build.finished', 'job.started'], index),
    appId: pick(['app_a', 'app_b'], Math.floor(index / 2)),
    webhookId: webhooks[index % 3] ?? '',
    receivedAtMs: START_MS - (index % 5) * DAY_MS - Math.floor(index / 20),
  });
  if (index % 11 === 0) return aClosure(delivery, { status: pick(['skipped', 'canceled'], index) });
  if (index % 13 === 0) return aPostponement(delivery, { reason: `Circuit open_${index}` });
  const body = JSON.stringify({ text: `Hello ${index} 100% C:\\dir_${index % 7}` });
  if (index % 3 === 0) return anAttempt(delivery, { body });
  const verdict = pick(['waiting', 'exhausted'] as const, index);
  return anAttempt(delivery, { body, ...failing(pick([500, 503, 404, 429], index)), verdict });
}

describe('the list of deliveries', () => {
  it('holds what every combination of filters means, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(someFilters), fc.subarray(Object.keys(someFilters), { maxLength: 3 }), fc.integer({ min: 20, max: 250 }), async (given, names, limit) => {
        const chosen = Object.entries(given).filter(([name]) => names.includes(name));
        const filters = deliveryFilters.parse({ ...Object.fromEntries(chosen), limit });
        expect(await everyPage(filters)).toEqual(expected(filters));
      }),
      { numRuns: 150 },
    );
  });

  it.each<[keyof DeliveryFilters, string]>([
    ['webhookId', webhooks[1] ?? ''],
    ['appId', 'app_b'],
    ['eventId', 'event-7'],
    ['type', 'job.started'],
    ['status', 'exhausted'],
    ['statusCode', '503'],
    ['statusCode', '4xx'],
    ['statusCode', '5xx'],
    ['format', 'raw'],
    ['since', '2026-11-19T06:00:00.000Z'],
    ['until', '2026-11-19T05:59:59.995Z'],
    ['text', 'HELLO 12'],
    ['text', 'open_'],
    ['text', '100%'],
    ['text', '\\DIR_3'],
    ['text', 'answered 4'],
  ])('can be filtered by %s %s', async (name, value) => {
    const filters = deliveryFilters.parse({ [name]: value, limit: 250 });
    const ids = await everyPage(filters);
    expect(ids).toEqual(expected(filters));
    expect(ids.length).toBeGreaterThan(0);
  });

  it('takes wildcards of Postgres in a text for themselves', async () => {
    for (const text of ['%%%', '___', 'a%c', '\\\\\\']) {
      expect(await everyPage(deliveryFilters.parse({ text }))).toEqual([]);
    }
  });

  it('asks for a narrower search when one for a text takes too long', async () => {
    const organizationId = 'org_large';
    const body = 'Ä'.repeat(1024 * 1024);
    await log.recordAttempts.handle(Array.from({ length: 10 }, () => anAttempt(aDelivery({ organizationId }), { body })));
    const hurried = log.inHaste(20);
    await expectProblem('invalid_request', hurried.deliveries.list(organizationId, deliveryFilters.parse({ text: 'absent' })));
  });

  it('answers as the contract says', async () => {
    const page = await log.deliveries.list(MINE, deliveryFilters.parse({}));
    expect(deliveryList.parse(page)).toEqual(page);
    expect(page.data).toHaveLength(50);
  });

  it('has neither gaps nor repeats while deliveries are added', async () => {
    const organizationId = 'org_busy';
    const add = (offsetMs: number) => log.recordAttempts.handle([anAttempt(aDelivery({ organizationId, receivedAtMs: START_MS + offsetMs }))]);
    for (let index = 0; index < 30; index++) await add(index % 10);
    const before = (await log.deliveries.list(organizationId, deliveryFilters.parse({ limit: 250 }))).data.map(({ id }) => id);

    const seen: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 10; pages++) {
      const page = await log.deliveries.list(organizationId, deliveryFilters.parse({ limit: 7, cursor }));
      seen.push(...page.data.map(({ id }) => id));
      await add(100 + pages);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(before);
  });

  it('refuses a cursor of another organization, of another list, and one that was made up', async () => {
    const { nextCursor } = await log.deliveries.list(MINE, deliveryFilters.parse({ limit: 1 }));
    const attempted = stored.find((record) => 'attemptId' in record);
    await expectProblem('invalid_cursor', log.deliveries.list(THEIRS, deliveryFilters.parse({ cursor: nextCursor })));
    await expectProblem('invalid_cursor', log.attempts.list(MINE, attempted?.deliveryId ?? '', { limit: 1, cursor: nextCursor ?? '' }));
    await expectProblem('invalid_cursor', log.deadLetters.list(MINE, { limit: 1, cursor: nextCursor ?? '' }));
    await expectProblem('invalid_cursor', log.deliveries.list(MINE, deliveryFilters.parse({ cursor: 'bm9uc2Vuc2U' })));
  });
});

describe('one delivery', () => {
  it('is found by its id, by its own organization only', async () => {
    const [mine] = stored;
    const id = mine?.deliveryId ?? '';
    expect((await log.deliveries.get(MINE, id)).id).toBe(id);
    await expectProblem('not_found', log.deliveries.get(THEIRS, id));
    await expectProblem('not_found', log.attempts.list(THEIRS, id, { limit: 10 }));
  });

  it.each(['dlv_01JTX4N1PCC4R7V3A5YQ9H2K8M', 'dlv_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'att_01JTX4N1PCC4R7V3A5YQ9H2K8M', 'nonsense', '', 'dlv_\0'])('is not found by %j', async (id) => {
    await expectProblem('not_found', log.deliveries.get(MINE, id));
  });
});

const someFilters = {
  webhookId: fc.constantFrom(...webhooks, newId('whk')),
  appId: fc.constantFrom('app_a', 'app_b', 'a\0'),
  eventId: fc.constantFrom('event-1', 'event-22'),
  type: fc.constantFrom('build.failed', 'build.finished', 'job.started', 'job.finished'),
  status: fc.constantFrom('pending', 'waiting', 'succeeded', 'exhausted', 'canceled', 'skipped'),
  statusCode: fc.constantFrom('200', '503', '404', '2xx', '4xx', '5xx', '418'),
  format: fc.constant('raw'),
  since: fc.integer({ min: -5, max: 1 }).map((days) => new Date(START_MS + days * DAY_MS).toISOString()),
  until: fc.integer({ min: -5, max: 1 }).map((days) => new Date(START_MS + days * DAY_MS).toISOString()),
  text: fc.constantFrom('hello', 'HELLO 1', 'circuit', 'deleted', '100%', 'dir_3', 'answered 5'),
};

async function everyPage(filters: DeliveryFilters): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = filters.cursor; ; ) {
    const page: { data: Delivery[]; nextCursor: string | null } = await log.deliveries.list(MINE, { ...filters, cursor });
    expect(page.data.length).toBeLessThanOrEqual(filters.limit);
    ids.push(...page.data.map(({ id }) => id));
    if (page.nextCursor === null) return ids;
    cursor = page.nextCursor;
  }
}

/** The same filters over the records themselves. */
function expected(filters: DeliveryFilters): string[] {
  const found = stored.filter((record) => record.organizationId === MINE && matches(record, filters));
  return found.map(({ deliveryId }) => deliveryId).sort().reverse();
}

function matches(record: Stored, filters: DeliveryFilters): boolean {
  return matchesColumns(record, filters) && matchesTime(record, filters) && matchesText(record, filters);
}

function matchesColumns(record: Stored, { webhookId, appId, eventId, type, status, statusCode, format }: DeliveryFilters): boolean {
  const code = 'response' in record ? String(record.response?.statusCode) : '';
  const wantedCode = statusCode?.endsWith('xx') === true ? [statusCode.charAt(0), code.charAt(0)] : [statusCode, code];
  const same = [[webhookId, record.webhookId], [appId, record.appId], [eventId, record.eventId], [type, record.eventType], [status, statusOf(record)], [format, record.format], wantedCode];
  return same.every(([wanted, is]) => wanted === undefined || wanted === is);
}

function matchesTime({ deliveryId }: Stored, { since, until }: DeliveryFilters): boolean {
  const receivedAtMs = timeOfId(deliveryId) ?? 0;
  return (since === undefined || receivedAtMs >= millisecondsOf(since)) && (until === undefined || receivedAtMs < millisecondsOf(until));
}

function matchesText(record: Stored, { text = '' }: DeliveryFilters): boolean {
  const texts = [record.reason ?? '', 'attemptId' in record ? record.body : ''];
  return texts.some((one) => one.toLowerCase().includes(text.toLowerCase()));
}

function statusOf(record: Stored): string {
  if ('verdict' in record) return record.verdict;
  return 'status' in record ? record.status : 'waiting';
}

async function expectProblem(code: string, promise: Promise<unknown>): Promise<void> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ code });
}
