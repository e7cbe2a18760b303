import { createHmac, timingSafeEqual } from 'node:crypto';
import { seedExamples } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

const SECRET = 'the secret that both sides have';

/** The receivers that the products' own pages show, as far as they verify: what they answer. */
const RECEIVERS: Record<string, (request: ReceivedRequest) => number> = {
  expo: ({ body, headers }) => {
    const hash = `sha1=${createHmac('sha1', SECRET).update(body.toString()).digest('hex')}`;
    return headers['expo-signature'] === hash ? 200 : 500;
  },
  capawesome: ({ body, headers }) => {
    const digest = Buffer.from(createHmac('sha256', SECRET).update(body).digest('hex'), 'utf8');
    const signature = Buffer.from(String(headers['x-signature'] ?? ''), 'utf8');
    return timingSafeEqual(digest, signature) ? 200 : 500;
  },
  buildpixel: ({ body, headers }) => {
    const sig = String(headers['x-buildpixel-signature'] ?? '');
    if (!sig.startsWith('sha256=')) return 401;
    const expected = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    return timingSafeEqual(Buffer.from(sig), Buffer.from(expected)) ? 204 : 401;
  },
};
const HEADERS: Record<string, string> = { expo: 'expo-signature', capawesome: 'X-Signature', buildpixel: 'X-BuildPixel-Signature' };

let stack: Stack;
let receiver: Receiver;

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver((request) => ({ status: RECEIVERS[request.path.split('/')[1] ?? '']?.(request) ?? 200 }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

describe.each(['expo', 'eas', 'capawesome', 'buildpixel', 'appflow'])('a receiver written for %s', (dialect) => {
  it.each(seedExamples().filter(({ name }) => name.startsWith(`${dialect}-`)))('accepts what its product documents: $name', async ({ name, vendor, event }) => {
    const path = `/${dialect === 'eas' ? 'expo' : dialect}/${name}`;
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}${path}`, dialect, secret: SECRET, appId: event.app.id, events: [event.type] });
    await stack.api.publish({ ...event, id: `${name}-${process.pid}` });
    await stack.api.deliveryIn('succeeded', webhook.id);
    const [request] = receiver.requests.filter((received) => received.path === path);
    if (dialect !== 'appflow') expect(JSON.parse(request?.body.toString() ?? '')).toEqual(vendor);
    const header = HEADERS[dialect];
    if (header !== undefined) expect(request?.rawHeaders.map(([key]) => key)).toContain(header);
    expect(request?.headers['webhook-signature']).toMatch(/^v1,/);
  });
});

describe.each(Object.keys(RECEIVERS))('the receiver of %s', (dialect) => {
  it('refuses a flipped byte', async () => {
    const request = receiver.requests.find(({ path }) => path.startsWith(`/${dialect}/`));
    if (request === undefined) throw new Error('no request of this dialect');
    const body = Buffer.from(request.body);
    body[10] = (body[10] ?? 0) ^ 1;
    expect(await statusOfRepeat(request, request.body)).toBeLessThan(300);
    expect(await statusOfRepeat(request, body)).toBeGreaterThanOrEqual(400);
  });
});

describe('Appflow', () => {
  it('is retried unless the answer is exactly 200, and its download link leads to the artifact for a day', async () => {
    receiver.answerWith(({ path }) => ({ status: path === '/appflow-204' ? 204 : 200 }));
    const [seed] = seedExamples().filter(({ name }) => name.startsWith('appflow-package'));
    if (seed === undefined) throw new Error('no seed');
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/appflow-204`, dialect: 'appflow', appId: seed.event.app.id, events: [seed.event.type] });
    expect(webhook.rules).toMatchObject({ success: '200', schedule: [60, 300, 900, 1_800, 3_600] });
    await stack.api.publish({ ...seed.event, id: `appflow-204-${process.pid}` });
    expect(await stack.api.deliveryIn('waiting', webhook.id)).toMatchObject({ attemptCount: 1, lastStatusCode: 204 });

    const [request] = receiver.requests.filter(({ path }) => path === '/appflow-204');
    const { downloadUrl } = JSON.parse(request?.body.toString() ?? '') as { downloadUrl: string };
    const token = new URL(downloadUrl).pathname;
    const download = await fetch(`${stack.services.matching.url}${token}`, { redirect: 'manual' });
    expect([download.status, download.headers.get('location')]).toEqual([302, (seed.vendor as { downloadUrl: string }).downloadUrl]);
    expect((await fetch(`${stack.services.matching.url}${token.slice(0, -3)}AAA`, { redirect: 'manual' })).status).toBe(404);
  });
});

describe('a chat webhook', () => {
  it('posts a card, and its URL appears nowhere', async () => {
    const webhook = await stack.api.createWebhook({ url: `${receiver.url}/services/T0/B0/verysecretpath`, format: 'slack', appId: 'chat' });
    expect(webhook).toMatchObject({ secret: '', url: expect.stringMatching(/…path$/) as string, dialect: null });
    await stack.api.publish({ type: 'build.failed', app: { id: 'chat', name: 'My <!channel> Game' }, build: { id: 'b-1', number: 7, platform: 'android', error: { message: 'linker: no such file' } } });
    const delivery = await stack.api.deliveryIn('succeeded', webhook.id);
    const [request] = receiver.requests.filter(({ path }) => path.endsWith('verysecretpath'));
    const card = JSON.parse(request?.body.toString() ?? '') as { text: string };
    expect(card.text).toContain('Build failed');
    expect(request?.body.toString()).not.toContain('<!channel>');
    const shown = await Promise.all([stack.api.attempts(delivery.id), stack.api.list('/v1/webhooks'), stack.api.deliveries('format=slack')]);
    expect(JSON.stringify(shown)).not.toContain('verysecret');
    await eventually(() => expect(Object.values(stack.services).map(({ stderr }) => stderr).join('')).not.toContain('verysecret'));
  });
});

/** Posts a recorded request again, with this body. */
async function statusOfRepeat({ path, rawHeaders }: ReceivedRequest, body: Buffer): Promise<number> {
  const headers = rawHeaders.filter(([name]) => !/^(host|connection|content-length)$/i.test(name));
  return (await fetch(`${receiver.url}${path}`, { method: 'POST', headers, body })).status;
}
