import { startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

const ARTIFACT = Buffer.from('the bytes of the game');

interface Body {
  data: { receivedAt: string; build: { artifacts: { url: string; signed: { url: string; expiresAt: string } }[] } };
}

let stack: Stack;
let receiver: Receiver;
let origin: Receiver;
let count = 0;
beforeAll(async () => {
  stack = await startStack({ ARTIFACT_DELIVERY: 'stream', ARTIFACT_STREAMS: '2', PUBLIC_URL: 'https://hooks.example' });
  receiver = await startReceiver();
  origin = await startReceiver(({ path, headers }) => {
    if (path === '/endless') return { dripBody: { chunks: endless(), everyMs: 20 } };
    if (path === '/reset') return { raw: 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf' };
    if (path === '/to-internal') return { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } };
    return headers.range === 'bytes=4-8' ? { status: 206, headers: { 'content-range': `bytes 4-8/${ARTIFACT.length}`, etag: '"1"' }, body: ARTIFACT.subarray(4, 9) } : { headers: { etag: '"1"' }, body: ARTIFACT };
  });
});
afterAll(async () => {
  await receiver?.close();
  await origin?.close();
  await stack?.stop();
});

describe('an artifact, where downloads are streamed', () => {
  it('comes from its origin through the link in the body, whole and in part, as often as one likes', async () => {
    const link = await linkTo('/game.apk');
    for (const _ of [1, 2]) {
      const whole = await fetch(link);
      expect([whole.status, whole.headers.get('etag'), await whole.text()]).toEqual([200, '"1"', ARTIFACT.toString()]);
    }
    const part = await fetch(link, { headers: { range: 'bytes=4-8' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, `bytes 4-8/${ARTIFACT.length}`, 'bytes']);
    expect((await fetch(`${link.slice(0, -3)}AAA`)).status).toBe(404);
    expect((await fetch(link.replace('/v1/artifacts/', '/v1/artifacts/x'))).status).toBe(404);
  });

  it('that breaks off breaks off for the client', async () => {
    const answer = await fetch(await linkTo('/reset'));
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  it('is not fetched from an internal address, whether the event names it or the origin leads there', async () => {
    for (const url of ['http://10.255.255.1/x', `${origin.url}/to-internal`]) {
      const answer = await fetch(await linkTo(url));
      expect([answer.status, await answer.json()]).toEqual([502, expect.objectContaining({ code: 'origin_unavailable', detail: 'the address is not public' })]);
    }
  });

  it('waits its turn when too many are under way, and no place is lost by a client that leaves', async () => {
    const link = await linkTo('/endless');
    for (const _ of [1, 2, 3]) {
      const gone = new AbortController();
      await expect.poll(async () => (await fetch(link, { signal: gone.signal })).status, { timeout: 10_000 }).toBe(200);
      const refused = await fetch(link);
      expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([503, '2', expect.objectContaining({ code: 'busy' })]);
      gone.abort();
    }
  });
});

/** The link to an artifact that a receiver finds in the body, at the service that answers it. */
async function linkTo(address: string): Promise<string> {
  const appId = `artifacts-${(count += 1)}`;
  const url = address.startsWith('/') ? origin.url + address : address;
  const webhook = await stack.api.createWebhook({ url: `${receiver.url}/${appId}`, appId });
  await stack.api.publish({ type: 'build.finished', app: { id: appId, name: 'Game' }, build: { id: 'b1', platform: 'android', artifacts: [{ url }] } });
  await stack.api.deliveryIn('succeeded', webhook.id);
  const { data } = JSON.parse(receiver.requests.find(({ path }) => path === `/${appId}`)?.body.toString() ?? '') as Body;
  const [artifact] = data.build.artifacts;
  expect(artifact).toMatchObject({ url, signed: { url: expect.stringMatching(/^https:\/\/hooks\.example\/v1\/artifacts\//) as string } });
  expect(Date.parse(artifact?.signed.expiresAt ?? '') - Date.parse(data.receivedAt)).toBe(24 * 3_600_000);
  return stack.services.matching.url + new URL(artifact?.signed.url ?? '').pathname;
}

function* endless(): Iterable<string> {
  for (;;) yield 'x';
}
