import { rotatedSecret, webhook as webhookSchema } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationsRepository } from './organizations.repository.js';
import { DeliveryStage } from './spec-support/delivery-stage.js';
import { startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { WebhookActionsController } from './webhook-actions.controller.js';
import { WebhooksController } from './webhooks.controller.js';

const BODY = { name: 'CI', url: 'https://example.com/hook', events: ['build.*'] };

let stack: MatchingStack;
let app: INestApplication;
let actions: WebhookActionsController;
let webhooks: WebhooksController;
let delivery: DeliveryStage;
beforeAll(async () => {
  stack = await startMatching();
  app = await stack.startReplica();
  actions = app.get(WebhookActionsController);
  webhooks = app.get(WebhooksController);
  delivery = app.get(DeliveryStage);
  for (const id of ['org_a', 'org_b']) await app.get(OrganizationsRepository).ensure(id);
});
afterAll(() => stack.stop());

describe('pausing a webhook', () => {
  it('shows it as paused until it is resumed, and delivery is told', async () => {
    const { id } = await webhooks.create('org_a', BODY);
    const paused = webhookSchema.strict().parse(await actions.pause('org_a', id));
    expect(paused).toMatchObject({ id, paused: true, active: true });
    expect(await actions.pause('org_a', id)).toEqual(paused);
    expect(await actions.resume('org_a', id)).toMatchObject({ paused: false });
    await eventually(() => expect(resumptionsOf(id)).toMatchObject([{ organizationId: 'org_a' }]));
  });
});

describe('rotating a secret', () => {
  it('answers the new one, generated, and when no earlier one signs any more', async () => {
    const { id, secret: old } = await webhooks.create('org_a', BODY);
    const { secret, publicKey, previousExpiresAt } = rotatedSecret.strict().parse(await actions.rotateSecret('org_a', id, {}));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(secret).not.toBe(old);
    expect(publicKey).toBeNull();
    expect(Math.abs(Date.parse(previousExpiresAt) - Date.now() - 86_400_000)).toBeLessThan(10_000);
  });

  it('takes a given one in any spelling, and no body at all', async () => {
    const { id } = await webhooks.create('org_a', BODY);
    const { secret, previousExpiresAt } = await actions.rotateSecret('org_a', id, { secret: 'a plain old secret', overlapSeconds: 0 });
    expect(secret).toBe(`whsec_${Buffer.from('a plain old secret').toString('base64')}`);
    expect(Date.parse(previousExpiresAt)).toBeLessThanOrEqual(Date.now());
    expect(await actions.rotateSecret('org_a', id)).toHaveProperty('secret');
  });

  it('makes a key pair where requests are signed with one', async () => {
    const { id } = await webhooks.create('org_a', { ...BODY, signing: { scheme: 'standard-webhooks-ed25519' } });
    const { secret, publicKey } = await actions.rotateSecret('org_a', id, {});
    expect([secret, publicKey]).toEqual([expect.stringMatching(/^whsk_/), expect.stringMatching(/^whpk_/)]);
    await expect(actions.rotateSecret('org_a', id, { secret: 'a plain old secret' })).rejects.toMatchObject({ code: 'invalid_request', faults: [{ pointer: '/secret' }] });
  });

  it.each([
    ['an overlap of more than a week', { overlapSeconds: 604_801 }, '/overlapSeconds'],
    ['a short secret', { secret: 'short' }, '/secret'],
    ['a secret that is not what it says', { secret: 'whsec_it is not base64' }, '/secret'],
    ['an unknown setting', { colour: 'red' }, '/colour'],
  ])('is refused with %s', async (_, body, pointer) => {
    const { id } = await webhooks.create('org_a', BODY);
    await expect(actions.rotateSecret('org_a', id, body)).rejects.toMatchObject({ code: 'invalid_request', faults: [{ pointer }] });
  });

  it('is refused for a chat target, which has none', async () => {
    const { id } = await webhooks.create('org_a', { ...BODY, format: 'slack', url: 'https://hooks.slack.com/services/T000/B000/verysecret' });
    await expect(actions.rotateSecret('org_a', id, {})).rejects.toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('has no secret') as string });
  });
});

describe('a webhook', () => {
  it('that is deleted or made inactive stops its deliveries; made active or moved, they are brought forward', async () => {
    const { id } = await webhooks.create('org_a', BODY);
    await webhooks.update('org_a', id, { active: false });
    await webhooks.update('org_a', id, { url: 'https://example.com/while-inactive' });
    await webhooks.update('org_a', id, { active: true });
    await webhooks.update('org_a', id, { url: 'https://example.com/moved' });
    await webhooks.update('org_a', id, { url: 'https://example.com/moved', name: 'as it was' });
    await webhooks.remove('org_a', id);
    await eventually(() => expect(stopsOf(id)).toEqual(['the webhook is not active', 'the webhook was deleted']));
    await eventually(() => expect(resumptionsOf(id)).toHaveLength(2));
  });

  it('that its owner made active again has missed nothing by us', async () => {
    const { id } = await webhooks.create('org_a', { ...BODY, active: false });
    expect(await webhooks.update('org_a', id, { active: true })).not.toHaveProperty('recovery');
  });

  it('of another organization, or with an id of another shape, is not found', async () => {
    const { id } = await webhooks.create('org_a', BODY);
    for (const [organizationId, asked] of [['org_b', id], ['org_a', 'whk_1'], ['org_a', "' or 1=1"]] as const) {
      const calls = [async () => actions.pause(organizationId, asked), async () => actions.resume(organizationId, asked), async () => actions.rotateSecret(organizationId, asked, {})];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await webhooks.get('org_a', id)).toMatchObject({ paused: false });
  });

  it('changes although nobody can be told', async () => {
    const { id } = await webhooks.create('org_a', BODY);
    await actions.pause('org_a', id);
    await stack.nats.kill();
    expect(await actions.resume('org_a', id)).toMatchObject({ paused: false });
    await stack.nats.restart();
    await eventually(() => expect(resumptionsOf(id)).toHaveLength(1));
  });
});

function resumptionsOf(id: string) {
  return delivery.resumed.filter(({ webhookId }) => webhookId === id);
}

function stopsOf(id: string): string[] {
  return delivery.stopped.filter(({ webhookId }) => webhookId === id).map(({ reason }) => reason);
}
