import type { DeliveryAttempted } from '@buildwire/contracts';
import { UnavailableError } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAttempt } from './spec-support/deliveries.js';
import { startReplicas } from './spec-support/start-replicas.js';
import type { Replica, Replicas } from './spec-support/start-replicas.js';

let stack: Replicas;
let here: Replica;
let there: Replica;
beforeAll(async () => {
  stack = await startReplicas();
  here = await stack.start();
  there = await stack.start();
});
afterAll(() => stack?.stop());

const START_MS = 1_700_000_000_000;
const at = (seconds: number) => new Date(START_MS + seconds * 1_000);

describe('the health of an endpoint', () => {
  it('is a streak of failures of any kind, which a later success ends', async () => {
    const webhookId = await stack.aWebhook();
    await here.health.record([failed(webhookId, 1), failed(webhookId, 2, 'the endpoint answered 404'), failed(webhookId, 3, 'the endpoint answered 429')]);
    await there.health.record([failed(webhookId, 4, 'timeout')]);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 4, first_failure_at: at(1), last_failure_at: at(4), last_success_at: null, last_reason: 'timeout', app_id: 'mygame' });
    await here.health.record([succeeded(webhookId, 5)]);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 0, first_failure_at: null, last_failure_at: at(4), last_success_at: at(5), window_successes: 1, window_failures: 4 });
  });

  it('counts a batch that comes again once', async () => {
    const webhookId = await stack.aWebhook();
    const batch = [failed(webhookId, 1), failed(webhookId, 2)];
    await here.health.record(batch);
    await there.health.record(batch);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 2, window_failures: 2 });
  });

  it('is the same in whatever order a batch lists its attempts', async () => {
    const webhookId = await stack.aWebhook();
    await here.health.record([failed(webhookId, 3), succeeded(webhookId, 2), failed(webhookId, 1), failed(webhookId, 4)]);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 2, first_failure_at: at(3), last_failure_at: at(4), last_success_at: at(2) });
  });

  it('knows of a success that comes late what it ended, and of a failure that comes late that it is over', async () => {
    const webhookId = await stack.aWebhook();
    await here.health.record([failed(webhookId, 1), failed(webhookId, 2), failed(webhookId, 9)]);
    await here.health.record([succeeded(webhookId, 5)]);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 1, first_failure_at: at(9), last_failure_at: at(9), last_success_at: at(5) });
    await here.health.record([failed(webhookId, 10), succeeded(webhookId, 20)]);
    await there.health.record([failed(webhookId, 19)]);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 0, first_failure_at: null, last_failure_at: at(19), last_success_at: at(20) });
    await there.health.record([succeeded(webhookId, 4), failed(webhookId, 21)]);
    expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 1, first_failure_at: at(21), last_success_at: at(20) });
  });

  it('E22: an endpoint that fails every other time never has a streak', async () => {
    const webhookId = await stack.aWebhook();
    for (let second = 1; second <= 40; second += 2) {
      await here.health.record([failed(webhookId, second), succeeded(webhookId, second + 1)]);
      expect(await rowOf(webhookId)).toMatchObject({ consecutive_failures: 0, first_failure_at: null });
    }
    expect(await rowOf(webhookId)).toMatchObject({ window_successes: 20, window_failures: 20, circuit_state: 'closed' });
  });

  it('forgets that its owner was warned once there is a success', async () => {
    const webhookId = await stack.aWebhook();
    await here.health.record([failed(webhookId, 1)]);
    await stack.database.query('update delivery.endpoint_health set warned_at = now(), refused_at = now() where webhook_id = $1', [webhookId]);
    await here.health.record([failed(webhookId, 2)]);
    expect(await rowOf(webhookId)).toMatchObject({ warned_at: expect.any(Date), refused_at: expect.any(Date) });
    await here.health.record([succeeded(webhookId, 3)]);
    expect(await rowOf(webhookId)).toMatchObject({ warned_at: null, refused_at: null });
  });

  it('counts by the hour, and keeps the hour before', async () => {
    const webhookId = await stack.aWebhook();
    await here.health.record([failed(webhookId, 1), succeeded(webhookId, 2), succeeded(webhookId, 3)]);
    await passHours(webhookId, 1);
    await here.health.record([failed(webhookId, 4)]);
    expect(await rowOf(webhookId)).toMatchObject({ window_successes: 0, window_failures: 1, previous_successes: 2, previous_failures: 1 });
    await passHours(webhookId, 2);
    await here.health.record([failed(webhookId, 5)]);
    expect(await rowOf(webhookId)).toMatchObject({ window_successes: 0, window_failures: 1, previous_successes: 0, previous_failures: 0 });
  });

  it('closes a circuit that no replica has any more when the endpoint answers after its time', async () => {
    const webhookId = await stack.aWebhook();
    const opening = { webhookId, state: 'open' as const, untilMs: START_MS + 5_000, openings: 3, changedAtMs: START_MS, sinceMs: START_MS };
    await here.store.writeCircuits([opening]);
    await here.health.record([failed(webhookId, 1), succeeded(webhookId, 4)]);
    expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'open' });
    await here.health.record([failed(webhookId, 5), succeeded(webhookId, 6)]);
    expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'closed', circuit_changed_at: at(6), outage_ended_at: at(6) });
    await eventually(() => expect(stack.events.filter(({ subject }) => subject.id === webhookId).map(({ type }) => type)).toEqual(['webhook.circuit.closed']));
  });
});

describe('healthy endpoints', () => {
  it('are not written with their attempts, but together, a little later', async () => {
    const webhookIds = await Promise.all(Array.from({ length: 30 }, () => stack.aWebhook()));
    for (let second = 1; second <= 20; second += 1) await here.health.record(webhookIds.map((webhookId) => succeeded(webhookId, second)));
    expect(await countOfRows(webhookIds)).toBeLessThan(30);
    await eventually(async () => {
      for (const webhookId of webhookIds) expect(await rowOf(webhookId)).toMatchObject({ last_success_at: at(20), consecutive_failures: 0, window_successes: 20 });
    });
  });

  it('are written when Postgres is back; failures are not counted before', async () => {
    const [healthy, failing] = [await stack.aWebhook(), await stack.aWebhook()];
    await stack.postgres.kill();
    await here.health.record([succeeded(healthy, 1)]);
    const batch = [failed(failing, 1), succeeded(healthy, 2)];
    await expect(here.health.record(batch)).rejects.toThrow(UnavailableError);
    await stack.postgres.restart();
    await eventually(() => here.health.record(batch));
    expect(await rowOf(failing)).toMatchObject({ consecutive_failures: 1 });
    await eventually(async () => expect(await rowOf(healthy)).toMatchObject({ last_success_at: at(2), window_successes: 2 }));
  });
});

function failed(webhookId: string, second: number, reason = 'connect'): DeliveryAttempted {
  return anAttempt({ webhookId, outcome: 'rejected', reason, sentAtMs: START_MS + second * 1_000 });
}

function succeeded(webhookId: string, second: number): DeliveryAttempted {
  return anAttempt({ webhookId, outcome: 'accepted', verdict: 'succeeded', sentAtMs: START_MS + second * 1_000 });
}

async function passHours(webhookId: string, hours: number): Promise<void> {
  await stack.database.query(`update delivery.endpoint_health set window_at = window_at - $2 * interval '1 hour' where webhook_id = $1`, [webhookId, hours]);
}

async function countOfRows(webhookIds: string[]): Promise<number> {
  return (await stack.database.query('select 1 from delivery.endpoint_health where webhook_id = any($1)', [webhookIds])).length;
}

async function rowOf(webhookId: string): Promise<Record<string, unknown>> {
  const [row] = await stack.database.query<Record<string, unknown>>('select * from delivery.endpoint_health where webhook_id = $1', [webhookId]);
  return row ?? {};
}
