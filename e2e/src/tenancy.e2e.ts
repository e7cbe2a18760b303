import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CreatedWebhook, Delivery, Problem } from '@buildwire/contracts';
import { startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.js';
import { aBuild } from './support/events.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';
import { publishByNats } from './support/transports.js';

const CREATE_KEY = fileURLToPath(new URL('../../apps/matching/dist/create-key.js', import.meta.url));

let stack: Stack;
let receiver: Receiver;
let theirs: Api;
let webhook: CreatedWebhook;
let delivery: Delivery;

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver(() => ({ status: 500 }));
  theirs = stack.api.as(await createKey('org_other'));
  webhook = await stack.api.createWebhook({ url: receiver.url, retry: { schedule: [] } });
  await stack.api.publish(aBuild({ id: 'evt-ours' }));
  delivery = await stack.api.deliveryIn('exhausted', webhook.id);
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe('another organization', () => {
  it.each([
    ['GET', () => `/v1/webhooks/${webhook.id}`],
    ['PATCH', () => `/v1/webhooks/${webhook.id}`],
    ['DELETE', () => `/v1/webhooks/${webhook.id}`],
    ['POST', () => `/v1/webhooks/${webhook.id}/pause`],
    ['POST', () => `/v1/webhooks/${webhook.id}/resume`],
    ['POST', () => `/v1/webhooks/${webhook.id}/rotate-secret`],
    ['GET', () => '/v1/events/evt-ours'],
    ['GET', () => '/v1/events/evt-ours/deliveries'],
    ['GET', () => `/v1/deliveries/${delivery.id}`],
    ['GET', () => `/v1/deliveries/${delivery.id}/attempts`],
    ['POST', () => `/v1/deliveries/${delivery.id}/resend`],
  ])('finds nothing of ours: %s %s', async (method, path) => {
    const { status, body } = await theirs.call<Problem>(method, path(), method === 'PATCH' ? { active: false } : undefined);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it.each(['/v1/webhooks', '/v1/events', '/v1/deliveries', '/v1/dead-letters'])('sees none of ours in %s', async (path) => {
    expect(await theirs.list(path)).toEqual([]);
  });

  it('cannot page on with a cursor of ours', async () => {
    await stack.api.createWebhook({ url: receiver.url, appId: 'nobody' });
    const { body } = await stack.api.call<{ nextCursor: string }>('GET', '/v1/webhooks?limit=1');
    const { status, body: problem } = await theirs.call<Problem>('GET', `/v1/webhooks?limit=1&cursor=${body.nextCursor}`);
    expect([status, problem.code]).toEqual([400, 'invalid_cursor']);
  });

  it('cannot publish in our name', async () => {
    const { status, body } = await theirs.call<Problem>('POST', '/v1/events', { ...aBuild(), organization: { id: 'org_default' } });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/organization/id']);
    await expect(publishByNats(stack, aBuild(), 'org_unheard_of')).rejects.toThrow('not_found');
  });

  it('may use our event ids for events of its own, which reach only its webhooks', async () => {
    const own = await theirs.createWebhook({ url: `${receiver.url}/theirs`, retry: { schedule: [] } });
    const sentBefore = receiver.requests.length;
    await theirs.publish(aBuild({ id: 'evt-ours' }));
    await theirs.deliveryIn('exhausted', own.id);
    expect(receiver.requests.slice(sentBefore).map(({ path }) => path)).toEqual(['/theirs']);
  });

  it('left everything of ours as it was', async () => {
    expect((await stack.api.call('GET', `/v1/webhooks/${webhook.id}`)).body).toMatchObject({ active: true });
    expect((await stack.api.call<Delivery>('GET', `/v1/deliveries/${delivery.id}`)).body.attemptCount).toBe(1);
  });
});

async function createKey(organizationId: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CREATE_KEY, '--organization', organizationId, '--name', 'e2e'], {
    env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: stack.databaseUrl, MIGRATE_ON_START: 'false' },
  });
  return /bw_\S+/.exec(stdout)?.[0] ?? '';
}
