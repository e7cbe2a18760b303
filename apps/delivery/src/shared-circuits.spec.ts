import type { CircuitChange } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { anEndpoint, startReplicas } from './spec-support/start-replicas.js';
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

describe('replicas', () => {
  it('agree within a second that a circuit is open, until when and why, and that it is closed', async () => {
    const webhookId = await stack.aWebhook();
    await open(here, webhookId);
    const refusal = here.circuits.refusal(webhookId);
    await withinASecond(() => expect(there.circuits.refusal(webhookId)).toEqual(refusal));
    expect(refusal?.reason).toMatch(/^the circuit is open since 20[\dT:.-]+Z: connect ECONNREFUSED$/);

    soon(webhookId, 300);
    await eventually(() => expect(there.circuits.state(webhookId)).toBe('half-open'));
    await attempt(there, webhookId, 'success');
    await withinASecond(() => expect(here.circuits.state(webhookId)).toBe('closed'));
    await eventually(async () => expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'closed' }));
  });

  it('send one probe each when a circuit is half-open, and none once another’s has failed', async () => {
    const webhookId = await stack.aWebhook();
    soon(webhookId, 200);
    await eventually(() => [here, there].forEach(({ circuits }) => expect(circuits.state(webhookId)).toBe('half-open')));
    const runs = await Promise.all(Array.from({ length: 20 }, () => attempt(here, webhookId, 'failure')));
    expect(runs.filter(({ kind }) => kind === 'ran')).toHaveLength(1);
    await withinASecond(() => expect(there.circuits.state(webhookId)).toBe('open'));
    expect((await attempt(there, webhookId, 'success')).kind).toBe('open');
    expect(there.circuits.refusal(webhookId)?.untilMs).toBe(here.circuits.refusal(webhookId)?.untilMs);
  });

  it('adopt what was open when they start, so that a restart causes no storm', async () => {
    const webhookId = await stack.aWebhook();
    await open(here, webhookId);
    await eventually(async () => expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'open' }));
    const restarted = await stack.start();
    expect(restarted.circuits.refusal(webhookId)).toEqual(here.circuits.refusal(webhookId));
    await restarted.stop();
  });

  it('probe what was open until lately once, when they start', async () => {
    const webhookId = await stack.aWebhook();
    await here.store.writeCircuits([aChange(webhookId, { untilMs: Date.now() - 60_000, changedAtMs: Date.now() - 90_000 })]);
    const restarted = await stack.start();
    await eventually(() => expect(restarted.circuits.state(webhookId)).toBe('half-open'));
    const runs = await Promise.all(Array.from({ length: 20 }, () => attempt(restarted, webhookId, 'failure')));
    expect(runs.filter(({ kind }) => kind === 'ran')).toHaveLength(1);
    expect(restarted.circuits.state(webhookId)).toBe('open');
    await restarted.stop();
  });

  it('read what was announced while they could not hear', async () => {
    const webhookId = await stack.aWebhook();
    await stack.nats.kill();
    await open(here, webhookId);
    await eventually(() => expect(there.circuits.refusal(webhookId)).toEqual(here.circuits.refusal(webhookId)));
    await stack.nats.restart();
  });

  it('forget a circuit and its failures together', async () => {
    const webhookId = await stack.aWebhook();
    await open(here, webhookId);
    await stack.database.query(`update delivery.endpoint_health set consecutive_failures = 7, first_failure_at = now(), warned_at = now() where webhook_id = $1`, [webhookId]);
    await eventually(() => expect(there.circuits.state(webhookId)).toBe('open'));
    there.circuits.forget(webhookId);
    await withinASecond(() => expect(here.circuits.state(webhookId)).toBe('closed'));
    await eventually(async () => expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'closed', consecutive_failures: 0, first_failure_at: null, warned_at: null }));
  });
});

describe('an outage', () => {
  it('is told once when it begins and once when it ends, however often the circuit opens meanwhile and whoever opens it', async () => {
    const webhookId = await stack.aWebhook();
    await Promise.all([open(here, webhookId), open(there, webhookId)]);
    await eventually(() => expect(toldOf(webhookId)).toEqual(['webhook.circuit.opened']));
    for (const replica of [here, there, here]) {
      soon(webhookId, 100);
      await eventually(() => expect(replica.circuits.state(webhookId)).toBe('half-open'));
      await attempt(replica, webhookId, 'failure');
    }
    soon(webhookId, 100);
    await eventually(() => expect(here.circuits.state(webhookId)).toBe('half-open'));
    await attempt(here, webhookId, 'success');
    await eventually(() => expect(toldOf(webhookId)).toEqual(['webhook.circuit.opened', 'webhook.circuit.closed']));
    expect(stack.events.find(({ subject }) => subject.id === webhookId)).toMatchObject({ app: { id: 'mygame' }, webhook: { name: 'CI', host: 'example.com', reason: 'connect ECONNREFUSED' } });
  });
});

describe('the stored circuit', () => {
  it('is changed by nothing that is older', async () => {
    const webhookId = await stack.aWebhook();
    await here.store.writeCircuits([aChange(webhookId, { changedAtMs: 2_000_000_000_000, untilMs: 2_000_000_030_000 })]);
    expect(await here.store.writeCircuits([aChange(webhookId, { state: 'closed', changedAtMs: 1_999_999_999_999, untilMs: 0 })])).toEqual([]);
    expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'open', open_until: new Date(2_000_000_030_000) });
    await here.store.writeCircuits([aChange(webhookId, { state: 'closed', changedAtMs: 2_000_000_000_001, untilMs: 0 })]);
    expect(await here.store.writeCircuits([aChange(webhookId, { changedAtMs: 2_000_000_000_000, untilMs: 2_000_000_090_000 })])).toEqual([]);
    expect(await rowOf(webhookId)).toMatchObject({ circuit_state: 'closed' });
  });

  it.each([[20_000, 30_000], [30_000, 20_000]])('is the same as in memory when two change it in the same millisecond: open for %i and %i ms', async (firstMs, secondMs) => {
    const webhookId = await stack.aWebhook();
    const changedAtMs = Date.now();
    for (const forMs of [firstMs, secondMs]) {
      const change = aChange(webhookId, { changedAtMs, untilMs: changedAtMs + forMs });
      here.circuits.hear(change);
      await here.store.writeCircuits([change]);
    }
    expect((await here.store.writeCircuits([aChange(webhookId, { changedAtMs, untilMs: changedAtMs + 40_000 })])).map(({ outage }) => outage)).toEqual([null]);
    here.circuits.hear(aChange(webhookId, { changedAtMs, untilMs: changedAtMs + 40_000 }));
    const untilMs = here.circuits.refusal(webhookId)?.untilMs;
    expect(untilMs).toBe(changedAtMs + 40_000);
    expect(await rowOf(webhookId)).toMatchObject({ open_until: new Date(untilMs ?? 0) });
  });

  it('is not heard when it is older than what is known', async () => {
    const webhookId = await stack.aWebhook();
    here.circuits.hear(aChange(webhookId, { state: 'closed', untilMs: 0, changedAtMs: Date.now() }));
    here.circuits.hear(aChange(webhookId, { changedAtMs: Date.now() - 1_000 }));
    expect(here.circuits.state(webhookId)).toBe('closed');
  });

  it('has no row of a webhook that never failed, nor of one that is not known', async () => {
    const webhookId = await stack.aWebhook();
    await here.store.writeCircuits([aChange(webhookId, { state: 'closed', untilMs: 0 }), aChange('whk_01JTX4N1PCC4R7V3A5YQ9H2K8M', {})]);
    expect(await stack.database.query('select 1 from delivery.endpoint_health where webhook_id = any($1)', [[webhookId, 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M']])).toEqual([]);
  });
});

describe('while Postgres is away', () => {
  afterEach(() => stack.postgres.restart());

  it('circuits open and close as ever, other replicas hear of it, and the last word is written when it is back', async () => {
    const [opened, reopened] = [await stack.aWebhook(), await stack.aWebhook()];
    await stack.postgres.kill();
    await open(here, opened);
    await open(here, reopened);
    await withinASecond(() => expect(there.circuits.state(opened)).toBe('open'));
    soon(reopened, 100);
    await eventually(() => expect(here.circuits.state(reopened)).toBe('half-open'));
    await attempt(here, reopened, 'failure');
    await stack.postgres.restart();
    await eventually(async () => expect(await rowOf(opened)).toMatchObject({ circuit_state: 'open', circuit_reason: 'connect ECONNREFUSED' }));
    await eventually(async () => expect(await rowOf(reopened)).toMatchObject({ circuit_state: 'open', openings: 2 }));
  });

  it('a replica that starts calls every endpoint', async () => {
    const webhookId = await stack.aWebhook();
    await open(here, webhookId);
    await stack.postgres.kill();
    const restarted = await stack.start();
    expect((await attempt(restarted, webhookId, 'success')).kind).toBe('ran');
    await stack.postgres.restart();
    await restarted.stop();
  });
});

/** Says to every replica that the circuit is open for a moment only: real ones are for half a minute. */
function soon(webhookId: string, forMs: number): void {
  const changedAtMs = Date.now() + 60_000;
  const change = aChange(webhookId, { changedAtMs: Math.max(changedAtMs, lastSaid + 1_000), untilMs: Date.now() + forMs });
  lastSaid = change.changedAtMs;
  for (const { circuits } of [here, there]) circuits.hear(change);
}
let lastSaid = 0;

function aChange(webhookId: string, over: Partial<CircuitChange>): CircuitChange {
  return { webhookId, state: 'open', untilMs: Date.now() + 30_000, openings: 1, changedAtMs: Date.now(), sinceMs: Date.now(), reason: 'connect ECONNREFUSED', ...over };
}

async function open(replica: Replica, webhookId: string): Promise<void> {
  for (let failures = 0; failures < 5; failures += 1) await attempt(replica, webhookId, 'failure');
  expect(replica.circuits.state(webhookId)).toBe('open');
}

function attempt(replica: Replica, webhookId: string, counts: 'success' | 'failure') {
  return replica.circuits.run(anEndpoint(webhookId), async () => ({ counts, value: counts, reason: 'connect ECONNREFUSED' }));
}

function withinASecond(assertion: () => void): Promise<void> {
  return eventually(assertion, { timeoutMs: 1_000 });
}

function toldOf(webhookId: string): string[] {
  return stack.events.filter(({ subject }) => subject.id === webhookId).map(({ type }) => type);
}

async function rowOf(webhookId: string): Promise<Record<string, unknown>> {
  const [row] = await stack.database.query<Record<string, unknown>>('select * from delivery.endpoint_health where webhook_id = $1', [webhookId]);
  return row ?? {};
}
