import { webhookRefused } from '@buildwire/contracts';
import type { DeliveryMatched } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DisableWebhookHandler } from './disable-webhook.handler.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { DeliveryStage } from './spec-support/delivery-stage.js';
import { Rendering, startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { WebhooksController } from './webhooks.controller.js';

const ORGANIZATION = 'org_a';
const REASON = 'the endpoint answered 410; this is final';
const BODY = { name: 'CI', url: 'https://example.com/hook', events: ['build.*'] };

let stack: MatchingStack;
let app: INestApplication;
let webhooks: WebhooksController;
beforeAll(async () => {
  stack = await startMatching();
  app = await stack.startReplica();
  webhooks = app.get(WebhooksController);
  await app.get(OrganizationsRepository).ensure(ORGANIZATION);
});
afterAll(() => stack.stop());

describe('a webhook whose endpoint is gone (E18)', () => {
  it('is disabled with the reason, its deliveries stop, and who asked for it hears of it', async () => {
    const watcher = await webhooks.create(ORGANIZATION, { ...BODY, events: ['webhook.disabled'] });
    const { id } = await webhooks.create(ORGANIZATION, BODY);
    const sentAtMs = await refuse(id);
    const at = `${new Date(sentAtMs).toISOString().slice(0, -1)}000Z`;
    await eventually(async () => expect(await webhooks.get(ORGANIZATION, id)).toMatchObject({ active: false, disabled: { reason: REASON, at } }));
    await eventually(() => expect(stopsOf(id)).toEqual([`the webhook was disabled: ${REASON}`]));
    const [told] = await eventually(() => {
      const found = disablingsOf(id);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(told).toMatchObject({ event: { app: { id: 'mygame' }, webhook: { id, name: 'CI', host: 'example.com', reason: REASON } }, deliveries: [{ webhookId: watcher.id }] });
  });

  it('is disabled once, however often it is told', async () => {
    const { id } = await webhooks.create(ORGANIZATION, BODY);
    const refusal = { organizationId: ORGANIZATION, webhookId: id, appId: 'mygame', reason: REASON, sentAtMs: Date.now() + 1 };
    const handler = app.get(DisableWebhookHandler);
    await handler.handle([refusal]);
    await handler.handle([refusal, { ...refusal, sentAtMs: refusal.sentAtMs + 1, reason: 'another' }]);
    expect(await webhooks.get(ORGANIZATION, id)).toMatchObject({ disabled: { reason: REASON } });
    await eventually(() => expect(disablingsOf(id).length).toBeGreaterThan(0));
    expect(disablingsOf(id)).toHaveLength(1);
    expect(stopsOf(id)).toHaveLength(1);
  });

  it('is left alone if it was changed since', async () => {
    const { id } = await webhooks.create(ORGANIZATION, BODY);
    await app.get(DisableWebhookHandler).handle([{ organizationId: ORGANIZATION, webhookId: id, reason: REASON, sentAtMs: Date.now() - 60_000 }]);
    expect(await webhooks.get(ORGANIZATION, id)).toMatchObject({ active: true, disabled: null });
  });

  it('tells what it missed when it is made active again, and is not disabled any more', async () => {
    const { id } = await webhooks.create(ORGANIZATION, BODY);
    await refuse(id);
    const { disabled } = await eventually(async () => {
      const webhook = await webhooks.get(ORGANIZATION, id);
      expect(webhook.disabled).not.toBeNull();
      return webhook;
    });
    expect(await webhooks.update(ORGANIZATION, id, { name: 'still' })).toMatchObject({ disabled });
    expect(await webhooks.update(ORGANIZATION, id, { active: true })).toMatchObject({ active: true, disabled: null, recovery: { since: disabled?.at } });
    expect(await webhooks.update(ORGANIZATION, id, { active: true })).not.toHaveProperty('recovery');
  });

  it('is its owner’s to leave inactive: it is then not disabled by us', async () => {
    const { id } = await webhooks.create(ORGANIZATION, BODY);
    await refuse(id);
    await eventually(async () => expect(await webhooks.get(ORGANIZATION, id)).toMatchObject({ active: false }));
    expect(await webhooks.update(ORGANIZATION, id, { active: false })).toMatchObject({ active: false, disabled: null });
  });
});

async function refuse(webhookId: string): Promise<number> {
  const sentAtMs = Date.now() + 1;
  await app.get(Publisher).publish(webhookRefused, { organizationId: ORGANIZATION, webhookId, appId: 'mygame', reason: REASON, sentAtMs });
  return sentAtMs;
}

function disablingsOf(id: string): DeliveryMatched[] {
  return app.get(Rendering).matched.filter(({ event }) => event.type === 'webhook.disabled' && event.subject.id === id);
}

function stopsOf(id: string): string[] {
  return app.get(DeliveryStage).stopped.filter(({ webhookId }) => webhookId === id).map(({ reason }) => reason);
}
