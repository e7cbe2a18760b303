import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBuild } from './support/events.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

let stack: Stack;
let receiver: Receiver;

beforeAll(async () => {
  // Of this machine the receiver may be called, and nothing else.
  receiver = await startReceiver();
  stack = await startStack({ OUTBOUND_ALLOW: '127.0.0.1' });
});
afterAll(async () => {
  await stack?.stop();
  await receiver?.close();
});

describe('a webhook whose URL was changed straight in the database', () => {
  it('S1, S3: is not called at an address that is not public, and its log says so', async () => {
    const canary = await startReceiver();
    const hidden = `http://localhost:${new URL(canary.url).port}/`;
    const webhooks = await Promise.all(['metadata', 'canary'].map((appId) => stack.api.createWebhook({ url: receiver.url, appId })));
    await setUrls([[webhooks[0]?.id, 'http://169.254.169.254/latest/meta-data/'], [webhooks[1]?.id, hidden]]);
    for (const appId of ['metadata', 'canary']) await stack.api.publish(aBuild({ app: appId }));
    for (const { id } of webhooks) {
      const attempt = await firstAttempt(id);
      expect(attempt).toMatchObject({ outcome: 'blocked_address' });
      expect(attempt).not.toHaveProperty('response.statusCode');
    }
    expect([...canary.requests, ...receiver.requests]).toEqual([]);
    await canary.close();
  });
});

describe('a webhook whose URL leads back to Buildwire', () => {
  it('S18: publishes nothing', async () => {
    const { url } = stack.services.ingestion;
    const webhook = await stack.api.createWebhook({ url: `${url}/v1/events`, appId: 'loop', headers: { Authorization: `Bearer ${stack.apiKey}` } });
    await stack.api.publish(aBuild({ app: 'loop' }));
    const attempt = await firstAttempt(webhook.id);
    expect(attempt).toMatchObject({ outcome: 'rejected', response: { statusCode: 508 } });
    expect(Buffer.from(attempt.response?.body ?? '', attempt.response?.bodyEncoding === 'base64' ? 'base64' : 'utf8').toString()).toContain('"code":"loop"');
    expect(await stack.api.deliveries(`webhookId=${webhook.id}`)).toHaveLength(1);
  });
});

async function setUrls(urls: [id: string | undefined, url: string][]): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  for (const [id, url] of urls) await client.query('update matching.webhook set url = $2 where id = $1', [id, url]);
  await client.end();
}

function firstAttempt(webhookId: string) {
  return eventually(async () => {
    const [delivery] = await stack.api.deliveries(`webhookId=${webhookId}`);
    const [attempt] = delivery === undefined ? [] : await stack.api.attempts(delivery.id);
    if (attempt === undefined) throw new Error('no attempt yet');
    return attempt;
  }, { timeoutMs: 20_000 });
}
