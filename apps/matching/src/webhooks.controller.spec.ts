import { createdWebhook, webhook as webhookSchema, webhookList } from '@buildwire/contracts';
import type { CreatedWebhook } from '@buildwire/contracts';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationsRepository } from './organizations.repository.js';
import { startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { WebhookIndex } from './webhook-index.js';
import { WebhooksController } from './webhooks.controller.js';

const BODY = { name: 'CI', url: 'https://example.com/hook', events: ['build.*'] };

let stack: MatchingStack;
let app: INestApplication;
let webhooks: WebhooksController;
beforeAll(async () => {
  stack = await startMatching();
  app = await stack.startReplica();
  webhooks = app.get(WebhooksController);
  for (const id of ['org_a', 'org_b', 'org_pages']) await app.get(OrganizationsRepository).ensure(id);
});
afterAll(() => stack.stop());

describe('webhooks', () => {
  it('show their secret in the answer that creates them, and never again', async () => {
    const created = createdWebhook.strict().parse(await webhooks.create('org_a', BODY));
    expect(Buffer.from((created.secret ?? '').slice('whsec_'.length), 'base64')).toHaveLength(32);
    const { secret: _, publicKey, ...rest } = created;
    expect(publicKey).toBeNull();
    expect(webhookSchema.strict().parse(await webhooks.get('org_a', created.id))).toEqual(rest);
    expect(JSON.stringify(await webhooks.list('org_a', {}))).not.toContain('secret');
    expect(await webhooks.update('org_a', created.id, { secret: 'a new secret of mine' })).not.toHaveProperty('secret');
  });

  it('take a secret of the caller and answer its whsec_ form', async () => {
    const { secret } = await webhooks.create('org_a', { ...BODY, secret: 'a plain old secret' });
    expect(secret).toBe(`whsec_${Buffer.from('a plain old secret').toString('base64')}`);
  });

  it.each([
    ['no body', undefined, ''],
    ['a short secret', { ...BODY, secret: 'short' }, '/secret'],
    ['a whsec_ secret that is not base64', { ...BODY, secret: 'whsec_it is not base64' }, '/secret'],
    ['a pattern that no event matches', { ...BODY, events: ['build.exploded'] }, '/events/0'],
    ['an expression that cannot be used', { ...BODY, filter: { expression: 'event.type ==' } }, '/filter/expression'],
    ['a condition of nothing', { ...BODY, filter: { branches: [] } }, '/filter/branches'],
    ['an unknown setting', { ...BODY, colour: 'red' }, '/colour'],
  ])('are refused with %s, at its place', async (_, body, pointer) => {
    await expect(webhooks.create('org_a', body)).rejects.toMatchObject({ code: 'invalid_request', faults: [{ pointer }] });
  });

  it('keep their filter until it is changed as a whole, and take none that cannot be used', async () => {
    const filter = { expression: 'event.build.number > 41', branches: ['main'] };
    const { id } = await webhooks.create('org_a', { ...BODY, filter });
    expect(await webhooks.get('org_a', id)).toMatchObject({ filter });
    await expect(webhooks.update('org_a', id, { filter: { expression: 'evnt.type == "x"' } })).rejects.toMatchObject({ faults: [{ pointer: '/filter/expression', detail: 'line 1, column 1: Unknown variable: evnt' }] });
    expect((await webhooks.update('org_a', id, { filter: { platforms: ['ios'] } })).filter).toEqual({ platforms: ['ios'] });
    expect((await webhooks.update('org_a', id, { filter: null })).filter).toBeNull();
  });

  it('are matched as soon as the answer is there', async () => {
    const matches = async () => (await app.get(WebhookIndex).of(['org_b'])).get('org_b')?.match('build.failed', 'app_1').map(({ id }) => id);
    expect(await matches()).toEqual([]);
    const { id } = await webhooks.create('org_b', BODY);
    expect(await matches()).toEqual([id]);
    await webhooks.update('org_b', id, { active: false });
    expect(await matches()).toEqual([]);
    await webhooks.update('org_b', id, { active: true });
    await webhooks.remove('org_b', id);
    expect(await matches()).toEqual([]);
  });

  it('are created although nobody can be told', async () => {
    await stack.nats.kill();
    const created = await webhooks.create('org_a', BODY);
    expect(await webhooks.get('org_a', created.id)).toMatchObject(BODY);
    await stack.nats.restart();
  });

  it('are listed newest first, page by page, with each exactly once', async () => {
    const created: CreatedWebhook[] = [];
    for (let number = 0; number < 7; number++) created.unshift(await webhooks.create('org_pages', { ...BODY, appId: number % 2 === 0 ? 'app_even' : null }));
    const ids = created.map(({ id }) => id);
    const first = webhookList.parse(await webhooks.list('org_pages', { limit: '3' }));
    const second = await webhooks.list('org_pages', { limit: '3', cursor: first.nextCursor ?? '' });
    const third = await webhooks.list('org_pages', { limit: '3', cursor: second.nextCursor ?? '' });
    expect([first, second, third].map(({ data }) => data.map(({ id }) => id))).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    expect(third.nextCursor).toBeNull();
    expect((await webhooks.list('org_pages', { appId: 'app_even' })).data).toHaveLength(4);
    await expect((async () => webhooks.list('org_a', { cursor: first.nextCursor }))()).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('of another organization, or with an id of another shape, are not found', async () => {
    const { id } = await webhooks.create('org_a', BODY);
    for (const [organizationId, asked] of [['org_b', id], ['org_a', 'whk_1'], ['org_a', "' or 1=1"]] as const) {
      const calls = [async () => webhooks.get(organizationId, asked), async () => webhooks.update(organizationId, asked, { name: 'x' }), async () => webhooks.remove(organizationId, asked)];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
