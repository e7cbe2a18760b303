import { webhook as webhookSchema } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationsRepository } from './organizations.repository.js';
import { startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { WebhooksController } from './webhooks.controller.js';

const HOUR_MS = 3_600_000;

let stack: MatchingStack;
let app: INestApplication;
let webhooks: WebhooksController;
beforeAll(async () => {
  stack = await startMatching();
  app = await stack.startReplica();
  webhooks = app.get(WebhooksController);
  await app.get(OrganizationsRepository).ensure('org_health');
});
afterAll(() => stack.stop());

describe('the health of a webhook', () => {
  it('is not known before its first attempt', async () => {
    const { health } = await webhooks.create('org_health', { name: 'CI', url: 'https://example.com/hook', events: ['build.*'] });
    expect(health).toEqual({
      state: 'unknown',
      consecutiveFailures: 0,
      firstFailureAt: null,
      lastFailureAt: null,
      lastSuccessAt: null,
      successRate: null,
      disablesAt: null,
      rule: { disableAfterHours: 120, warnAfterHours: 72 },
      circuit: { state: 'closed', openUntil: null, reason: null },
    });
  });

  it('is healthy when the last attempt succeeded, with its rate of this hour and the one before', async () => {
    const id = await aWebhook(`last_success_at = now(), last_failure_at = now() - interval '1 minute', window_at = date_trunc('hour', now()), window_successes = 5, window_failures = 1, previous_successes = 1, previous_failures = 1`);
    expect(await healthOf(id)).toMatchObject({ state: 'healthy', successRate: 0.75, disablesAt: null });
    await set(id, `window_at = date_trunc('hour', now()) - interval '1 hour'`);
    expect(await healthOf(id)).toMatchObject({ successRate: 5 / 6 });
    await set(id, `window_at = date_trunc('hour', now()) - interval '2 hours'`);
    expect(await healthOf(id)).toMatchObject({ successRate: null });
  });

  it('counts down to its being disabled, from the first failure or its own last change, unless it is paused', async () => {
    const id = await aWebhook(`consecutive_failures = 7, first_failure_at = now() + interval '1 hour', last_failure_at = now() + interval '2 hours'`);
    const failing = await healthOf(id);
    expect(failing).toMatchObject({ state: 'failing', consecutiveFailures: 7 });
    expect(Date.parse(failing.disablesAt ?? '') - Date.parse(failing.firstFailureAt ?? '')).toBe(120 * HOUR_MS);

    await set(id, `first_failure_at = now() - interval '30 days'`);
    const { updatedAt, health } = await webhooks.get('org_health', id);
    expect(Date.parse(health.disablesAt ?? '') - Date.parse(updatedAt)).toBe(120 * HOUR_MS);
    await app.get(Database).query('update matching.webhook set paused_at = now() where id = $1', [id]);
    expect(await healthOf(id)).toMatchObject({ state: 'failing', disablesAt: null });
  });

  it('shows an open circuit with its reason, and that it is half-open when its time is over', async () => {
    const id = await aWebhook(`circuit_state = 'open', open_until = now() + interval '1 minute', outage_began_at = now(), circuit_reason = 'connect ECONNREFUSED'`);
    expect(await healthOf(id)).toMatchObject({ state: 'failing', circuit: { state: 'open', openUntil: expect.stringMatching(/^20.*\d{6}Z$/), reason: 'connect ECONNREFUSED' } });
    await set(id, `open_until = now() - interval '1 second'`);
    expect(await healthOf(id)).toMatchObject({ circuit: { state: 'half-open' } });
    await set(id, `circuit_state = 'closed'`);
    expect(await healthOf(id)).toMatchObject({ circuit: { state: 'closed', openUntil: null, reason: null } });
  });

  it('is in the list and in the answer to a change, as the contract says', async () => {
    const id = await aWebhook('consecutive_failures = 1, first_failure_at = now(), last_failure_at = now()');
    const updated = await webhooks.update('org_health', id, { name: 'CI 2' });
    expect(webhookSchema.strict().parse(updated).health).toMatchObject({ state: 'failing' });
    const { data } = await webhooks.list('org_health', {});
    expect(data.find((webhook) => webhook.id === id)?.health).toEqual(updated.health);
  });
});

async function aWebhook(assignments: string): Promise<string> {
  const { id } = await webhooks.create('org_health', { name: 'CI', url: 'https://example.com/hook', events: ['build.*'] });
  await app.get(Database).query(`insert into delivery.endpoint_health (webhook_id, organization_id) values ($1, 'org_health')`, [id]);
  await set(id, assignments);
  return id;
}

async function set(id: string, assignments: string): Promise<void> {
  await app.get(Database).query(`update delivery.endpoint_health set ${assignments} where webhook_id = $1`, [id]);
}

async function healthOf(id: string) {
  return (await webhooks.get('org_health', id)).health;
}
