import { attemptList, deadLetterList, delivery as deliverySchema, deliveryAttempted, deliveryClosed, deliveryList, deliveryPostponed, deliveryRendered, messageDeadLettered, newId, resentDelivery } from '@buildwire/contracts';
import { recordsOf } from '@buildwire/messaging';
import type { DeliveryAttempted, RenderedDelivery } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, aClosure, aDelivery, aPostponement, anAttempt, failing } from './spec-support/records.js';
import { startTestService } from './spec-support/test-service.js';

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService(['org_acme', 'org_other']);
});
afterAll(() => service.stop());

describe('the delivery-log service', () => {
  it('keeps what the delivery service reports, and answers by HTTP', async () => {
    const attempt = anAttempt(aDelivery(), { ...failing(500), verdict: 'waiting', nextAttemptAtMs: START_MS + 9_000 });
    const { deliveryId } = attempt;
    await service.publisher.publish(deliveryAttempted, attempt);
    await service.publisher.publish(deliveryPostponed, { ...aPostponement(attempt, { postponedAtMs: START_MS + 9_000 }) });
    await eventually(async () => {
      expect(await service.call('org_acme', `/v1/deliveries/${deliveryId}`)).toMatchObject({ status: 200, body: { status: 'waiting', reason: 'the circuit is open' } });
    });
    await service.publisher.publish(deliveryClosed, aClosure(attempt, { closedAtMs: START_MS + 10_000 }));
    await eventually(async () => {
      const { body } = await service.call('org_acme', `/v1/deliveries/${deliveryId}`);
      expect(deliverySchema.parse(body)).toMatchObject({ status: 'canceled', attemptCount: 1 });
    });
    expect(deliveryList.parse((await service.call('org_acme', '/v1/deliveries?statusCode=5xx&limit=1')).body).data).toMatchObject([{ id: deliveryId }]);
    expect(attemptList.parse((await service.call('org_acme', `/v1/deliveries/${deliveryId}/attempts`)).body).data).toMatchObject([{ number: 1 }]);
  });

  it('keeps dead letters', async () => {
    const letter = { id: newId('dlt'), organizationId: 'org_acme', service: 'matching', subject: 's', reason: 'poison', payload: 'e30=', truncated: false, occurredAtMs: START_MS };
    await service.publisher.publish(messageDeadLettered, letter);
    await eventually(async () => {
      expect(deadLetterList.parse((await service.call('org_acme', '/v1/dead-letters')).body).data).toMatchObject([{ id: letter.id, payload: '{}' }]);
    });
  });

  it('loses nothing while Postgres is away', async () => {
    const attempts = Array.from({ length: 20 }, () => anAttempt(aDelivery()));
    await service.postgres.kill();
    await service.publisher.publishAll(deliveryAttempted, attempts);
    expect(await service.call('org_acme', '/v1/deliveries')).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    await service.postgres.restart();
    await eventually(async () => {
      for (const { deliveryId } of attempts) expect((await service.call('org_acme', `/v1/deliveries/${deliveryId}`)).status).toBe(200);
    });
  });

  it.each([
    ['/v1/deliveries?status=late', 'invalid_request'],
    ['/v1/deliveries?statusCode=6xx', 'invalid_request'],
    ['/v1/deliveries?colour=red', 'invalid_request'],
    ['/v1/deliveries?limit=0', 'invalid_request'],
    ['/v1/deliveries?cursor=x', 'invalid_cursor'],
    ['/v1/deliveries/dlv_nonsense', 'not_found'],
    ['/v1/deliveries/dlv_nonsense/attempts', 'not_found'],
    ['/v1/events/evt_none/deliveries', 'not_found'],
    ['/v1/dead-letters?since=2026', 'invalid_request'],
  ])('refuses %s with %s', async (url, code) => {
    expect((await service.call('org_acme', url)).body).toMatchObject({ code });
  });

  it('lets nobody in without a key', async () => {
    for (const url of ['/v1/deliveries', '/v1/deliveries/x', '/v1/deliveries/x/attempts', '/v1/events/x/deliveries', '/v1/dead-letters']) {
      expect((await service.call('org_unknown', url)).status).toBe(401);
    }
    expect((await service.call('org_unknown', '/v1/deliveries/x/resend', 'POST')).status).toBe(401);
  });

  it('keeps organizations apart on every route', async () => {
    const { deliveryId } = await log(anAttempt(aDelivery()));
    for (const url of [`/v1/deliveries/${deliveryId}`, `/v1/deliveries/${deliveryId}/attempts`]) {
      expect((await service.call('org_other', url)).status).toBe(404);
    }
    expect((await service.call('org_other', `/v1/deliveries/${deliveryId}/resend`, 'POST')).status).toBe(404);
    expect((await service.call('org_other', '/v1/deliveries')).body).toEqual({ data: [], nextCursor: null });
    expect((await service.call('org_other', '/v1/dead-letters')).body).toEqual({ data: [], nextCursor: null });
  });
});

describe('a resend', () => {
  it('publishes the bytes of the first attempt again, as another turn of the latest automatic attempt', async () => {
    const delivery = await withWebhook(aDelivery());
    const body = '{"ünï":"💥\0"}';
    await log(anAttempt(delivery, { ...failing(500), verdict: 'waiting', body, contentType: 'application/x-odd', headers: [['ce-id', 'evt-1']] }));
    await log(anAttempt(delivery, { ...failing(500), verdict: 'exhausted', body, attempt: 2, sentAtMs: START_MS + 6_000, trigger: 'retry' }));

    const { status, body: answer } = await resend(delivery.deliveryId);
    const { resendId } = resentDelivery.parse(answer);
    expect(status).toBe(202);
    expect(await lastRendered()).toEqual({ ...delivery, contentType: 'application/x-odd', headers: [['ce-id', 'evt-1']], body, trigger: 'resend', attempt: 2, postponements: 0, resendId });
  });

  it('may be asked for twice in a row', async () => {
    const delivery = await log(anAttempt(await withWebhook(aDelivery())));
    const before = await renderedCount();
    await resend(delivery.deliveryId);
    await resend(delivery.deliveryId);
    expect(await renderedCount()).toBe(before + 2);
  });

  it.each([['was deleted', { deleted_at: new Date() }], ['is not active', { active: false }]])('is refused when the webhook %s', async (_, change) => {
    const { deliveryId } = await log(anAttempt(await withWebhook(aDelivery(), change)));
    expect(await resend(deliveryId)).toMatchObject({ status: 409, body: { code: 'webhook_gone' } });
  });

  it('is refused when there never was such a webhook', async () => {
    const { deliveryId } = await log(anAttempt(aDelivery()));
    expect(await resend(deliveryId)).toMatchObject({ status: 409, body: { code: 'webhook_gone' } });
  });

  it('is refused for a delivery without an attempt, since there is nothing to send again', async () => {
    const delivery = await withWebhook(aDelivery());
    await service.publisher.publish(deliveryClosed, aClosure(delivery, { status: 'skipped' }));
    await eventually(async () => {
      expect(await resend(delivery.deliveryId)).toMatchObject({ status: 400, body: { code: 'invalid_request', detail: expect.stringContaining('no attempt') } });
    });
  });
});

const resend = (deliveryId: string) => service.call('org_acme', `/v1/deliveries/${deliveryId}/resend`, 'POST');

/** Waits until the log knows the attempt. */
async function log(attempt: DeliveryAttempted): Promise<DeliveryAttempted> {
  await service.publisher.publish(deliveryAttempted, attempt);
  await eventually(async () => {
    expect(await service.database.query('select 1 as one from delivery_log.attempt where id = $1', [attempt.attemptId])).toHaveLength(1);
  });
  return attempt;
}

async function withWebhook<Delivery extends { organizationId: string; webhookId: string }>(delivery: Delivery, { active = true, deleted_at }: { active?: boolean; deleted_at?: Date } = {}): Promise<Delivery> {
  await service.database.query(
    `insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, active, headers, deleted_at)
     values ($1, $2, 'hook', 'https://x.test', 'raw', 'buildwire', '{}', '{*}', $3, '{}', $4)`,
    [delivery.webhookId, delivery.organizationId, active, deleted_at ?? null],
  );
  return delivery;
}

async function lastRendered(): Promise<RenderedDelivery> {
  const manager = await service.broker.manager();
  const message = await manager.streams.getMessage(deliveryRendered.stream, { last_by_subj: '*.*.*.bulk.org_acme' });
  const [delivery] = message === null ? [] : recordsOf(deliveryRendered, message.data).flatMap((record) => deliveryRendered.units?.of(record) ?? []);
  if (delivery === undefined) throw new Error('nothing was sent again');
  return delivery;
}

async function renderedCount(): Promise<number> {
  const manager = await service.broker.manager();
  return (await manager.streams.info(deliveryRendered.stream)).state.messages;
}
