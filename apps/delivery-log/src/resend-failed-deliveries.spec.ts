import { deliveryAttempted, deliveryClosed, deliveryRendered, newId, resentDeliveries, timestampOf } from '@buildwire/contracts';
import { recordsOf } from '@buildwire/messaging';
import type { DeliveryAttempted, DeliveryClosed, DeliveryHead, RenderedDelivery, ResentDeliveries } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aClosure, aDelivery, anAttempt, failing } from './spec-support/records.js';
import { startTestService } from './spec-support/test-service.js';

const BEGIN_MS = Date.now() - 3_600_000;
const SINCE = timestampOf(BEGIN_MS);

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService(['org_acme', 'org_other']);
});
afterAll(() => service.stop());

let webhookId: string;
beforeEach(async () => {
  webhookId = await aWebhook();
});

describe('resending what failed', () => {
  it('sends again what ended without success, the oldest first, each as a resend of its own', async () => {
    const [exhausted, canceled, untried] = [of(4), of(2), of(3)];
    await log([anAttempt(exhausted, { ...failing(500), verdict: 'exhausted', attempt: 3 }), anAttempt(canceled, { ...failing(500), verdict: 'waiting' })], [aClosure(canceled), aClosure(untried)]);
    const before = await lastSequence();
    expect(await resend()).toEqual({ resent: 2, skipped: 1, cursor: null });
    const sent = await renderedAfter(before);
    expect(sent).toMatchObject([{ ...canceled, attempt: 1 }, { ...exhausted, attempt: 3 }].map((delivery) => ({ ...delivery, body: '{"hello":"wörld"}', trigger: 'resend', postponements: 0 })));
    expect(new Set(sent.map(({ resendId }) => resendId)).size).toBe(2);
  });

  it('leaves alone what succeeded, waits or was skipped, tests, other webhooks, and what is outside of the window', async () => {
    const failed = { ...failing(500), verdict: 'exhausted' } as const;
    const another = await aWebhook();
    const skipped = of(3);
    const attempts = [
      anAttempt(of(1)),
      anAttempt(of(2), { ...failing(500), verdict: 'waiting' }),
      anAttempt(of(4), { ...failed, trigger: 'test' }),
      anAttempt(of(5, another), failed),
      anAttempt(of(-1), failed),
      anAttempt(of(10), failed),
      anAttempt(of(0), failed),
      anAttempt(of(9), failed),
    ];
    await log(attempts, [aClosure(skipped, { status: 'skipped' })]);
    const before = await lastSequence();
    expect(await resend({ until: timestampOf(BEGIN_MS + 10) })).toEqual({ resent: 2, skipped: 0, cursor: null });
    expect((await renderedAfter(before)).map(({ deliveryId }) => deliveryId)).toEqual(attempts.slice(-2).map(({ deliveryId }) => deliveryId));
  });

  it('does not send again what has succeeded meanwhile', async () => {
    const [one, other] = [of(1), of(2)];
    await log([anAttempt(one, { ...failing(500), verdict: 'exhausted' }), anAttempt(other, { ...failing(500), verdict: 'exhausted' })]);
    expect(await resend()).toMatchObject({ resent: 2 });
    await log([anAttempt(one, { trigger: 'resend', sentAtMs: Date.now() })]);
    expect(await resend()).toMatchObject({ resent: 1 });
  });

  it.each([
    [199, [199]],
    [200, [200]],
    [201, [200, 1]],
    [400, [200, 200]],
  ])('works off %i deliveries in pages of %j', async (number, pages) => {
    // Several are of one time: the order among them is that of their ids.
    const attempts = Array.from({ length: number }, (_, index) => anAttempt(of(Math.floor(index / 7)), { ...failing(500), verdict: 'exhausted' }));
    await log(attempts);
    const before = await lastSequence();
    const answers = await resendAll();
    expect(answers.map(({ resent }) => resent)).toEqual(pages);
    expect((await renderedAfter(before)).map(({ deliveryId }) => deliveryId)).toEqual(attempts.map(({ deliveryId }) => deliveryId).toSorted());
  });

  it('looks at a bounded number of deliveries a page, however many have succeeded', async () => {
    const failed = of(20_000);
    await log([anAttempt(failed, { ...failing(500), verdict: 'exhausted' })]);
    const succeeded = Array.from({ length: 9_999 }, (_, index) => of(index));
    await service.database.query(
      `insert into delivery_log.delivery (created_at, id, organization_id, event_id, event_type, app_id, webhook_id, format, trigger, attempt_count, status)
       select $1::timestamptz + (position - 1) * interval '1 millisecond', id, 'org_acme', 'e', 'build.failed', 'a', $2, 'raw', 'event', 1, 'succeeded'
         from unnest($3::text[]) with ordinality as given (id, position)`,
      [SINCE, webhookId, succeeded.map(({ deliveryId }) => deliveryId)],
    );
    const first = await resend();
    expect(first).toMatchObject({ resent: 0, cursor: expect.any(String) });
    expect(await resend({ cursor: first.cursor })).toMatchObject({ resent: 1 });
  });

  it('is refused when the broker does not answer, and is to be asked for again', async () => {
    await log([anAttempt(of(1), { ...failing(500), verdict: 'exhausted' })]);
    await service.nats.kill();
    expect(await ask({})).toMatchObject({ status: 503, body: { code: 'broker_unavailable' } });
    await service.nats.restart();
    await eventually(async () => expect(await resend()).toMatchObject({ resent: 1 }));
  });
});

describe('a request to resend what failed', () => {
  it.each([['was deleted', { deleted_at: new Date() }], ['is not active', { active: false }]])('is refused when the webhook %s', async (_, change) => {
    expect(await ask({ webhookId: await aWebhook(change) })).toMatchObject({ status: 409, body: { code: 'webhook_gone' } });
  });

  it('finds neither a webhook of another organization nor none at all', async () => {
    await log([anAttempt(of(1), { ...failing(500), verdict: 'exhausted' })]);
    expect(await ask({}, 'org_other')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask({ webhookId: newId('whk') })).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('needs a key', async () => {
    expect((await ask({}, 'org_unknown')).status).toBe(401);
  });

  it('takes only a cursor of the same webhook', async () => {
    await log(Array.from({ length: 201 }, (_, index) => anAttempt(of(index), { ...failing(500), verdict: 'exhausted' })));
    const { cursor } = await resend();
    for (const wrong of ['x', '', `${cursor}x`]) expect(await ask({ cursor: wrong })).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
    expect(await ask({ cursor, webhookId: await aWebhook() })).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  });

  it.each([
    ['no webhook', { webhookId: undefined }, '/webhookId'],
    ['no beginning', { since: undefined }, '/since'],
    ['an end before its beginning', { until: timestampOf(BEGIN_MS - 1) }, '/since'],
    ['a window that is longer than 31 days', { since: timestampOf(Date.now() - 32 * 86_400_000) }, '/since'],
    ['something else', { status: 'exhausted' }, '/status'],
  ])('is refused with %s', async (_, body, pointer) => {
    expect(await ask(body)).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer }] } });
  });
});

function ask(body: object, organizationId = 'org_acme') {
  return service.call(organizationId, '/v1/deliveries/resend', 'POST', { webhookId, since: SINCE, ...body });
}

async function resend(body: object = {}): Promise<ResentDeliveries> {
  const answer = await ask(body);
  expect(answer).toMatchObject({ status: 202 });
  return resentDeliveries.strict().parse(answer.body);
}

async function resendAll(): Promise<ResentDeliveries[]> {
  const answers: ResentDeliveries[] = [];
  for (let cursor: string | null | undefined; cursor !== null; cursor = answers.at(-1)?.cursor) answers.push(await resend(cursor === undefined ? {} : { cursor }));
  return answers;
}

/** A delivery to the webhook whose event was received at a millisecond of the window. */
function of(atMs: number, to = webhookId): DeliveryHead {
  return aDelivery({ webhookId: to, receivedAtMs: BEGIN_MS + atMs });
}

/** Waits until the log knows all of it. */
async function log(attempts: DeliveryAttempted[], closures: DeliveryClosed[] = []): Promise<void> {
  await service.publisher.publishAll(deliveryAttempted, attempts);
  await service.publisher.publishAll(deliveryClosed, closures);
  await eventually(async () => {
    const logged = await service.database.query('select 1 from delivery_log.attempt where id = any ($1)', [attempts.map(({ attemptId }) => attemptId)]);
    const closed = await service.database.query('select 1 from delivery_log.delivery where id = any ($1) and closed_reason is not null', [closures.map(({ deliveryId }) => deliveryId)]);
    expect([logged.length, closed.length]).toEqual([attempts.length, closures.length]);
  });
}

async function aWebhook({ active = true, deleted_at }: { active?: boolean; deleted_at?: Date } = {}): Promise<string> {
  const id = newId('whk');
  await service.database.query(
    `insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, active, headers, deleted_at)
     values ($1, 'org_acme', 'hook', 'https://x.test', 'raw', 'buildwire', '{}', '{*}', $2, '{}', $3)`,
    [id, active, deleted_at ?? null],
  );
  return id;
}

async function lastSequence(): Promise<number> {
  return (await (await service.broker.manager()).streams.info(deliveryRendered.stream)).state.last_seq;
}

async function renderedAfter(sequence: number): Promise<RenderedDelivery[]> {
  const manager = await service.broker.manager();
  const sequences = Array.from({ length: (await lastSequence()) - sequence }, (_, index) => sequence + index + 1);
  const messages = await Promise.all(sequences.map((seq) => manager.streams.getMessage(deliveryRendered.stream, { seq })));
  return messages.flatMap((message) => (message === null ? [] : recordsOf(deliveryRendered, message.data).flatMap((record) => deliveryRendered.units?.of(record) ?? [])));
}
