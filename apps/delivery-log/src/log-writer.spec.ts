import { timestampOf } from '@buildwire/contracts';
import type { Delivery, DeliveryHead, Verdict } from '@buildwire/contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { attemptRow } from './attempt-row.js';
import type { AttemptRow } from './attempt-row.js';
import { changeOfAttempt, changeOfClosure, changeOfPostponement } from './delivery-change.js';
import type { DeliveryChange } from './delivery-change.js';
import { START_MS, aClosure, aDelivery, aPostponement, anAttempt, failing } from './spec-support/records.js';
import { useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});

const at = (seconds: number) => START_MS + seconds * 1_000;
const waiting = (seconds: number, statusCode = 500) => ({ ...failing(statusCode), verdict: 'waiting' as const, sentAtMs: at(seconds), nextAttemptAtMs: at(seconds + 5) });
const get = ({ organizationId, deliveryId }: DeliveryHead): Promise<Delivery> => log.deliveries.get(organizationId, deliveryId);

describe('a delivery in the log', () => {
  it('waits for its next attempt after one that failed', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, waiting(1))]);
    expect(await get(delivery)).toMatchObject({
      status: 'waiting', attemptCount: 1, lastStatusCode: 500, reason: 'the endpoint answered 500', nextAttemptAt: timestampOf(at(6)), completedAt: null, createdAt: timestampOf(START_MS), trigger: 'event',
    });
  });

  it('folds several attempts of one batch, in whatever order they come', async () => {
    const delivery = aDelivery();
    const success = anAttempt(delivery, { sentAtMs: at(11), attempt: 3, trigger: 'retry' });
    await log.recordAttempts.handle([anAttempt(delivery, waiting(6, 503)), success, anAttempt(delivery, waiting(1))]);
    expect(await get(delivery)).toMatchObject({ status: 'succeeded', attemptCount: 3, lastStatusCode: 200, reason: null, nextAttemptAt: null, completedAt: timestampOf(at(11) + 12) });
  });

  it('counts an attempt once, however often it is reported', async () => {
    const delivery = aDelivery();
    const attempt = anAttempt(delivery, waiting(1));
    await log.recordAttempts.handle([attempt, attempt]);
    await log.recordAttempts.handle([attempt]);
    expect((await get(delivery)).attemptCount).toBe(1);
    expect((await log.attempts.list(delivery.organizationId, delivery.deliveryId, { limit: 10 })).data).toHaveLength(1);
  });

  it('counts every attempt when replicas write at the same time', async () => {
    const delivery = aDelivery();
    const attempts = Array.from({ length: 20 }, (_, index) => anAttempt(delivery, waiting(index)));
    await Promise.all([...attempts, ...attempts.toReversed()].map((attempt) => log.recordAttempts.handle([attempt])));
    expect(await get(delivery)).toMatchObject({ attemptCount: 20, nextAttemptAt: timestampOf(at(24)) });
  });

  it('stays succeeded when a later resend fails, which is its latest attempt all the same', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, { sentAtMs: at(1) })]);
    await log.recordAttempts.handle([anAttempt(delivery, { ...failing(404), verdict: 'unchanged', trigger: 'resend', sentAtMs: at(60) })]);
    expect(await get(delivery)).toMatchObject({ status: 'succeeded', attemptCount: 2, lastStatusCode: 404, reason: 'the endpoint answered 404', completedAt: timestampOf(at(1) + 12) });
  });

  it('is a test once any message says so, also after it was sent again', async () => {
    const [tried, skipped, event] = [aDelivery(), aDelivery(), aDelivery()];
    await log.recordAttempts.handle([anAttempt(tried, { trigger: 'test', sentAtMs: at(1) })]);
    await log.recordAttempts.handle([anAttempt(tried, { trigger: 'resend', sentAtMs: at(2) }), anAttempt(event)]);
    await log.recordClosures.handle([aClosure(skipped, { status: 'skipped', trigger: 'test' })]);
    expect(await Promise.all([tried, skipped, event].map(get))).toMatchObject([{ trigger: 'test', attemptCount: 2 }, { trigger: 'test' }, { trigger: 'event' }]);
  });

  it('stays succeeded when stale messages follow', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, { sentAtMs: at(20), attempt: 2 })]);
    await log.recordAttempts.handle([anAttempt(delivery, waiting(1))]);
    await log.recordPostponements.handle([aPostponement(delivery, { postponedAtMs: at(10) })]);
    await log.recordClosures.handle([aClosure(delivery, { closedAtMs: at(30) })]);
    expect(await get(delivery)).toMatchObject({ status: 'succeeded', attemptCount: 2, lastStatusCode: 200, reason: null, nextAttemptAt: null, completedAt: timestampOf(at(20) + 12) });
  });

  it('is exhausted until a resend succeeds', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, { ...failing(410), verdict: 'exhausted', sentAtMs: at(1) }), anAttempt(delivery, waiting(0))]);
    expect(await get(delivery)).toMatchObject({ status: 'exhausted', lastStatusCode: 410, nextAttemptAt: null, completedAt: timestampOf(at(1) + 12) });
    await log.recordAttempts.handle([anAttempt(delivery, { trigger: 'resend', sentAtMs: at(90) })]);
    expect(await get(delivery)).toMatchObject({ status: 'succeeded', attemptCount: 3, completedAt: timestampOf(at(90) + 12) });
  });

  it('tells why it was put off and until when, without counting an attempt', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, waiting(1))]);
    await log.recordPostponements.handle([aPostponement(delivery, { postponedAtMs: at(6), untilMs: at(66) })]);
    expect(await get(delivery)).toMatchObject({ status: 'waiting', attemptCount: 1, lastStatusCode: 500, reason: 'the circuit is open', nextAttemptAt: timestampOf(at(66)) });
    await log.recordAttempts.handle([anAttempt(delivery, waiting(66, 502))]);
    expect(await get(delivery)).toMatchObject({ attemptCount: 2, lastStatusCode: 502, reason: 'the endpoint answered 502', nextAttemptAt: timestampOf(at(71)) });
  });

  it('keeps its schedule when a resend fails or is put off', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, waiting(1))]);
    await log.recordAttempts.handle([anAttempt(delivery, { ...failing(404), verdict: 'unchanged', trigger: 'resend', sentAtMs: at(3) })]);
    await log.recordPostponements.handle([aPostponement(delivery, { trigger: 'resend', postponedAtMs: at(4), untilMs: at(99) })]);
    expect(await get(delivery)).toMatchObject({ status: 'waiting', attemptCount: 2, lastStatusCode: 404, nextAttemptAt: timestampOf(at(6)) });
  });

  it('waits without a time when a failed resend is all that is known', async () => {
    const delivery = aDelivery();
    await log.recordAttempts.handle([anAttempt(delivery, { ...failing(404), verdict: 'unchanged', trigger: 'resend' })]);
    expect(await get(delivery)).toMatchObject({ status: 'waiting', attemptCount: 1, lastStatusCode: 404, nextAttemptAt: null });
  });

  it('is skipped or canceled with the reason', async () => {
    const [skipped, canceled] = [aDelivery(), aDelivery()];
    await log.recordAttempts.handle([anAttempt(canceled, waiting(1))]);
    await log.recordClosures.handle([aClosure(skipped, { status: 'skipped', reason: 'no such word' }), aClosure(canceled, { closedAtMs: at(2) })]);
    expect(await get(skipped)).toMatchObject({ status: 'skipped', attemptCount: 0, reason: 'no such word', completedAt: timestampOf(START_MS), lastStatusCode: null });
    expect(await get(canceled)).toMatchObject({ status: 'canceled', attemptCount: 1, reason: 'the webhook was deleted', nextAttemptAt: null, completedAt: timestampOf(at(2)) });
  });

  it('holds what no text column can hold as U+FFFD', async () => {
    const delivery = aDelivery({ appId: 'a\0b' });
    await log.recordAttempts.handle([anAttempt(delivery, { ...waiting(1), reason: 'bad \0 and \ud800', request: { method: 'POST', url: 'https://x.test', headers: [['x', '\0\udfff']] } })]);
    expect(await get(delivery)).toMatchObject({ appId: 'a\ufffdb', reason: 'bad \ufffd and \ufffd' });
  });
});

describe('the log', () => {
  it('is the same whatever the order, the batches and the repetitions of messages', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), async (messages, random) => {
        const once = messages.map(toFact(`org_once${++runs}`));
        await log.writer.write(once.map(({ change }) => change), once.flatMap(({ attempt }) => attempt));

        const facts = messages.map(toFact(`org_again${runs}`));
        for (const batch of batchesOf([...facts, ...facts.filter(() => next(random) % 3 === 0)], random)) {
          await log.writer.write(batch.map(({ change }) => change), batch.flatMap(({ attempt }) => attempt));
        }
        const rows = await rowsOf(`org_again${runs}`);
        expect(rows).toEqual(await rowsOf(`org_once${runs}`));
        expect(rows.map(({ event_id, status, attempt_count }) => ({ event_id, status, attempt_count }))).toEqual(summaryOf(messages));
      }),
      { numRuns: 80 },
    );
  });
});

/** A message about one of two deliveries, at one of few times, so that many meet. */
const message = fc.record({
  event: fc.constantFrom('evt_a', 'evt_b'),
  seconds: fc.nat(4),
  statusCode: fc.constantFrom(200, 404, 500),
  kind: fc.constantFrom('succeeded', 'waiting', 'exhausted', 'unchanged', 'postponed', 'resend postponed', 'canceled', 'skipped'),
});
type Message = typeof message extends fc.Arbitrary<infer M> ? M : never;
type Fact = { change: DeliveryChange; attempt: AttemptRow[] };

const WEBHOOK = 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M';
const isClosure = (kind: Message['kind']): kind is 'canceled' | 'skipped' => kind === 'canceled' || kind === 'skipped';

const toFact = (organizationId: string) => ({ event, seconds, statusCode, kind }: Message): Fact => {
  const delivery = aDelivery({ organizationId, eventId: event, webhookId: WEBHOOK });
  if (isClosure(kind)) return { change: changeOfClosure(aClosure(delivery, { status: kind, reason: `closed ${statusCode}`, closedAtMs: at(seconds) })), attempt: [] };
  if (kind === 'postponed' || kind === 'resend postponed') {
    const trigger = kind === 'postponed' ? 'retry' : 'resend';
    return { change: changeOfPostponement(aPostponement(delivery, { trigger, reason: `put off ${statusCode}`, postponedAtMs: at(seconds), untilMs: at(seconds) + statusCode })), attempt: [] };
  }
  const attempted = anAttempt(delivery, { ...failing(statusCode), ...attemptOf(kind, seconds, statusCode) });
  return { change: changeOfAttempt(attempted), attempt: [attemptRow(attempted)] };
};

function attemptOf(verdict: Verdict, seconds: number, durationMs: number) {
  return { verdict, sentAtMs: at(seconds), durationMs, ...(verdict === 'waiting' ? { nextAttemptAtMs: at(seconds + 5) } : {}) };
}

/** What must be true of the rows, told another way than in SQL. */
function summaryOf(messages: Message[]) {
  const events = [...new Set(messages.map(({ event }) => event))].sort();
  return events.map((event_id) => {
    const mine = messages.filter(({ event }) => event === event_id);
    const attempts = mine.filter(({ kind }) => !isClosure(kind) && !kind.includes('postponed'));
    const distinct = new Set(attempts.map((attempt) => JSON.stringify([attempt.kind, attempt.seconds, attempt.statusCode])));
    const endings = mine.filter(({ kind }) => kind === 'exhausted' || isClosure(kind));
    const timeOf = ({ kind, seconds, statusCode }: Message) => at(seconds) + (kind === 'exhausted' ? statusCode : 0);
    const [first] = endings.sort((one, other) => timeOf(one) - timeOf(other) || (one.kind < other.kind ? -1 : 1));
    const status = mine.some(({ kind }) => kind === 'succeeded') ? 'succeeded' : (first?.kind ?? 'waiting');
    return { event_id, status, attempt_count: distinct.size };
  });
}

async function rowsOf(organizationId: string): Promise<Record<string, unknown>[]> {
  const rows = await log.database.query<Record<string, unknown>>('select * from delivery_log.delivery where organization_id = $1 order by event_id', [organizationId]);
  return rows.map(({ organization_id: _organization, id: _id, ...row }) => row);
}

function next(random: fc.Stream<number>): number {
  return random.next().value ?? 0;
}

function batchesOf(facts: Fact[], random: fc.Stream<number>): Fact[][] {
  const shuffled = facts.map((fact) => ({ fact, place: next(random) })).sort((one, other) => one.place - other.place);
  const batches: Fact[][] = [[]];
  for (const { fact } of shuffled) {
    if (next(random) % 3 === 0) batches.push([]);
    batches.at(-1)?.push(fact);
  }
  return batches.filter(({ length }) => length > 0);
}
