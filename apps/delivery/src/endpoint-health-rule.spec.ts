import { standardHealthRule } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointHealthRule } from './endpoint-health-rule.js';
import { anAttempt } from './spec-support/deliveries.js';
import { ORGANIZATION, startReplicas } from './spec-support/start-replicas.js';
import type { Replica, Replicas } from './spec-support/start-replicas.js';

const HOUR_MS = 3_600_000;
const WARNED_MS = 72 * HOUR_MS;
const DISABLED_MS = 120 * HOUR_MS;

let stack: Replicas;
let replica: Replica;
let rule: EndpointHealthRule;
beforeAll(async () => {
  stack = await startReplicas();
  replica = await stack.start();
  rule = new EndpointHealthRule(standardHealthRule, replica.store, replica.publisher);
});
afterAll(() => stack?.stop());

describe('the health rule', () => {
  it('disables a webhook at the end of its fifth day without success, not before, and once', async () => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, DISABLED_MS - 1_500);
    await rule.apply();
    expect(refusalsOf(webhookId)).toEqual([]);
    await eventually(async () => {
      await rule.apply();
      expect(refusalsOf(webhookId)).toHaveLength(1);
    });
    expect(Date.now() - (await firstFailureOf(webhookId))).toBeGreaterThanOrEqual(DISABLED_MS);
    expect(refusalsOf(webhookId)).toMatchObject([{ organizationId: ORGANIZATION, appId: 'mygame', reason: expect.stringMatching(/^no attempt succeeded since 20.*Z; the last: connect ECONNREFUSED$/) }]);
    await rule.apply();
    expect(refusalsOf(webhookId)).toHaveLength(1);
  });

  it('tells on the third day that it will, once', async () => {
    const [early, late] = [await stack.aWebhook(), await stack.aWebhook()];
    await failsSince(early, WARNED_MS - 60_000);
    await failsSince(late, WARNED_MS + 60_000);
    await rule.apply();
    await rule.apply();
    await eventually(() => expect(warningsOf(late)).toHaveLength(1));
    const disablesAt = new Date((await firstFailureOf(late)) + DISABLED_MS).toISOString().replace('Z', '000Z');
    expect(warningsOf(late)).toMatchObject([{ app: { id: 'mygame' }, webhook: { id: late, name: 'CI', host: 'example.com', disablesAt } }]);
    expect(warningsOf(early)).toEqual([]);
    expect(refusalsOf(late)).toEqual([]);
  });

  it('E23: leaves a webhook alone whose endpoint came back on the fourth day, and counts from the next failure', async () => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, DISABLED_MS + HOUR_MS);
    await replica.health.record([anAttempt({ webhookId, outcome: 'accepted', verdict: 'succeeded', sentAtMs: Date.now() - 24 * HOUR_MS })]);
    await rule.apply();
    expect([...warningsOf(webhookId), ...refusalsOf(webhookId)]).toEqual([]);
    await failsSince(webhookId, 23 * HOUR_MS);
    await rule.apply();
    expect([...warningsOf(webhookId), ...refusalsOf(webhookId)]).toEqual([]);
  });

  it('needs five attempts', async () => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, DISABLED_MS + HOUR_MS, 4);
    await rule.apply();
    expect(refusalsOf(webhookId)).toEqual([]);
  });

  it.each([
    ['is paused', 'paused_at = now()'],
    ['is not active', 'active = false'],
    ['was deleted', 'deleted_at = now()'],
    ['was changed since its last failure', 'updated_at = now()'],
    ['was changed on the first day', `updated_at = now() - interval '4 days'`],
  ])('leaves a webhook alone that %s', async (_, change) => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, DISABLED_MS + HOUR_MS);
    await stack.database.query(`update matching.webhook set ${change} where id = $1`, [webhookId]);
    await rule.apply();
    expect(refusalsOf(webhookId)).toEqual([]);
  });

  it('disables a webhook again that was enabled and goes on failing', async () => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, 2 * DISABLED_MS);
    await stack.database.query(`update delivery.endpoint_health set refused_at = now() - interval '5 days 2 hours' where webhook_id = $1`, [webhookId]);
    await rule.apply();
    expect(refusalsOf(webhookId)).toEqual([]);
    await stack.database.query(`update matching.webhook set updated_at = now() - interval '5 days 1 hour' where id = $1`, [webhookId]);
    await rule.apply();
    await eventually(() => expect(refusalsOf(webhookId)).toHaveLength(1));
  });

  it('tells the same again when it could not be noted, and it is taken once', async () => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, WARNED_MS + 60_000);
    await rule.apply();
    await stack.database.query('update delivery.endpoint_health set warned_at = null where webhook_id = $1', [webhookId]);
    await rule.apply();
    await eventually(() => expect(warningsOf(webhookId)).toHaveLength(2));
    const [first, again] = warningsOf(webhookId);
    expect(again).toEqual(first);
  });

  it('waits while NATS is away', async () => {
    const webhookId = await stack.aWebhook();
    await failsSince(webhookId, DISABLED_MS + HOUR_MS);
    await stack.nats.kill();
    await expect(rule.apply()).rejects.toThrow();
    await stack.nats.restart();
    await eventually(async () => {
      await rule.apply();
      expect(await stack.database.query('select 1 from delivery.endpoint_health where webhook_id = $1 and refused_at is not null', [webhookId])).toHaveLength(1);
    });
  });
});

/** Failures of a webhook, the first so long ago and the last just now. */
async function failsSince(webhookId: string, agoMs: number, count = 5): Promise<void> {
  const now = Date.now();
  const times = Array.from({ length: count }, (_, index) => now - Math.round((agoMs * (count - 1 - index)) / (count - 1)));
  await replica.health.record(times.map((sentAtMs) => anAttempt({ webhookId, reason: 'connect ECONNREFUSED', sentAtMs })));
}

async function firstFailureOf(webhookId: string): Promise<number> {
  const [row] = await stack.database.query<{ first_failure_at: Date }>('select first_failure_at from delivery.endpoint_health where webhook_id = $1', [webhookId]);
  return row?.first_failure_at.getTime() ?? NaN;
}

function refusalsOf(id: string) {
  return stack.refusals.filter(({ webhookId }) => webhookId === id);
}

function warningsOf(id: string) {
  return stack.events.filter(({ type, subject }) => type === 'webhook.failing' && subject.id === id);
}
