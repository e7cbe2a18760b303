import { get, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { ArtifactLinks } from '@buildwire/contracts';
import { DownloadClient, parseAllowList } from '@buildwire/outbound-http';
import { eventually } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedirectedArtifacts } from './artifact-delivery.js';
import { anEvent } from './spec-support/an-event.js';
import { FILE, HUGE_BYTES, PACKED, startArtifactOrigin } from './spec-support/artifact-origin.js';
import type { ArtifactOrigin } from './spec-support/artifact-origin.js';
import { SECRETS_KEY, startDownloads } from './spec-support/start-downloads.js';
import { StreamedArtifacts } from './streamed-artifacts.js';

const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;

let origin: ArtifactOrigin;
let streamed: StreamedArtifacts;
let client: DownloadClient;
let downloads: Awaited<ReturnType<typeof startDownloads>>;
beforeAll(async () => {
  origin = await startArtifactOrigin();
  client = new DownloadClient({ allow: parseAllowList('127.0.0.1'), headTimeoutMs: 2_000, idleTimeoutMs: 2_000 });
  streamed = new StreamedArtifacts(client, { max: 4 });
  const impatient = new StreamedArtifacts(client, { max: 4, stalledMs: 200 });
  downloads = await startDownloads({ redirect: new RedirectedArtifacts(), stream: streamed, impatient });
});
afterAll(async () => {
  await downloads?.stop();
  await client?.close();
  await origin?.close();
});

describe.each(['redirect', 'stream'])('a download link (%s)', (mode) => {
  it('brings the artifact, and a part of it, any number of times', async () => {
    const link = downloads.urls[mode] + (await linkTo('/file.apk'));
    for (const _ of [1, 2, 3]) {
      const whole = await fetch(link);
      expect([whole.status, whole.headers.get('etag'), whole.headers.get('accept-ranges')]).toEqual([200, '"v1"', 'bytes']);
      expect(Buffer.from(await whole.arrayBuffer())).toEqual(FILE);
      const part = await fetch(link, { headers: { range: 'bytes=10-19' } });
      expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([206, 'bytes 10-19/100000', '10']);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(FILE.subarray(10, 20));
    }
  });

  it('ends after a day, to the millisecond', async () => {
    const at = (ageMs: number) => new Date(Date.now() - ageMs).toISOString().replace('Z', '000Z');
    const good = await linkTo('/file.apk', { receivedAt: at(DAY_MS - 60_000) });
    const over = await linkTo('/file.apk', { receivedAt: at(DAY_MS) });
    expect((await fetch(downloads.urls[mode] + good)).status).toBe(200);
    const answer = await fetch(downloads.urls[mode] + over);
    expect([answer.status, await answer.json()]).toEqual([410, expect.objectContaining({ code: 'gone' })]);
  });

  it('is good for its own artifact, event and organization only', async () => {
    const link = await linkTo('/file.apk');
    const [claims = '', signature = ''] = (link.split('/').at(-1) ?? '').split('.');
    const [organizationId, eventId, index, expiresAt] = JSON.parse(Buffer.from(claims, 'base64url').toString()) as unknown[];
    const receivedAt = new Date().toISOString().replace('Z', '000Z');
    await downloads.store(anEvent({ id: String(eventId), organization: { id: 'org_other' }, receivedAt, build: { id: 'b', artifacts: [{ url: `${origin.url}/page` }, { url: `${origin.url}/page` }] } }));
    const before = origin.requests.length;
    for (const changed of [['org_other', eventId, index, expiresAt], [organizationId, 'evt_0', index, expiresAt], [organizationId, eventId, 0, expiresAt], [organizationId, eventId, index, Number(expiresAt) + 1]]) {
      const token = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
      expect((await fetch(`${downloads.urls[mode]}/v1/artifacts/${token}`, { redirect: 'manual' })).status, token).toBe(404);
    }
    expect(origin.requests).toHaveLength(before);
  });

  it('to an artifact that is not on the web is none', async () => {
    const event = anEvent({ id: `evt_s3_${mode}`, receivedAt: new Date().toISOString().replace('Z', '000Z'), build: { id: 'b', artifacts: [{ url: 'https://a.example/x' }] } });
    const link = new URL(new ArtifactLinks('http://x', SECRETS_KEY).urlOf(event, event.build?.artifacts?.[0] ?? { url: '' })).pathname;
    expect((await fetch(downloads.urls[mode] + link, { redirect: 'manual' })).status).toBe(404);
    await downloads.store({ ...event, build: { id: 'b', artifacts: [{ url: 'javascript:alert(1)' }] } });
    expect((await fetch(downloads.urls[mode] + link, { redirect: 'manual' })).status).toBe(404);
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await fetch(downloads.urls[mode] + (await linkTo('/file.apk')), { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual([200, '100000', 'application/vnd.android.package-archive']);
    expect(await answer.text()).toBe('');
    expect(origin.requests.at(-1)?.method).toBe('HEAD');
  });
});

describe('a link that leads away', () => {
  it('does so for this time only, to an address that headers can hold', async () => {
    const answer = await fetch(downloads.urls['redirect'] + (await linkTo('/caf\u00e9 x.apk?a=\u20ac')), { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([302, `${origin.url}/caf%C3%A9%20x.apk?a=%E2%82%AC`, 'no-store']);
    expect(await answer.text()).toBe('');
  });
});

describe('a streamed artifact', () => {
  it('keeps the headers of its content, and of nothing else', async () => {
    const { headers } = await stream('/file.apk', { name: 'My Game.apk' });
    const { connection: _connection, 'keep-alive': _keepAlive, date: _date, ...others } = Object.fromEntries(headers);
    expect(others).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'content-disposition': 'attachment; filename="My Game.apk"',
      'content-length': '100000',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/vnd.android.package-archive',
      etag: '"v1"',
      'last-modified': 'Sun, 10 May 2026 14:23:45 GMT',
      'x-content-type-options': 'nosniff',
    });
  });

  it('hands its origin ranges and conditions, and nothing about who asks', async () => {
    const status = async (headers: Record<string, string>) => (await stream('/file.apk', { headers })).status;
    expect(await status({ range: 'bytes=0-9', 'if-range': '"v1"' })).toBe(206);
    expect(await status({ range: 'bytes=0-9', 'if-range': '"v0"' })).toBe(200);
    expect(await status({ range: 'bytes=100000-100001' })).toBe(416);
    expect(await status({ 'if-none-match': '"v1"' })).toBe(304);
    expect(await status({ 'if-modified-since': 'Sun, 10 May 2026 14:23:45 GMT', cookie: 'a=b', authorization: 'Bearer bw_secret', 'x-forwarded-for': '10.0.0.1' })).toBe(304);
    expect(Object.keys(origin.requests.at(-1)?.headers ?? {}).sort()).toEqual(['accept-encoding', 'connection', 'host', 'if-modified-since', 'user-agent', 'webhook-hop']);
  });

  it('of an origin that allows GET only answers HEAD all the same', async () => {
    const answer = await fetch(downloads.urls['stream'] + (await linkTo('/get-only.apk')), { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '100000']);
  });

  it('is passed on packed as it came, and says so', async () => {
    const answer = await raw(downloads.urls['stream'] + (await linkTo('/packed')));
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(PACKED.length) });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(Buffer.concat(await answer.toArray())).toEqual(PACKED);
  });

  it('that is a page cannot act in the name of our API', async () => {
    const { headers } = await stream('/page');
    expect([headers.get('content-type'), headers.get('content-security-policy')]).toEqual(['text/html', "default-src 'none'; sandbox"]);
  });

  it('may drip, and may have moved', async () => {
    expect(await (await stream('/drip')).text()).toBe('x'.repeat(50));
    expect(Buffer.from(await (await stream('/moved')).arrayBuffer())).toEqual(FILE);
  });

  it.each([
    ['/to-internal', /not public/],
    ['/missing', /the answer was 404/],
    ['/silent', /no answer in time/],
    ['http://127.0.0.2:1/x', /not public/],
    ['http://user:password@127.0.0.1/x', /credentials/],
  ])('that cannot be had from %s is 502, with the reason', async (path, reason) => {
    const answer = await stream(path);
    expect([answer.status, await answer.json()]).toEqual([502, expect.objectContaining({ code: 'origin_unavailable', detail: expect.stringMatching(reason) as string })]);
  });

  it('that breaks off breaks off for the client too', async () => {
    const answer = await stream('/reset');
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '1000']);
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await eventually(() => expect([streamed.size, client.size]).toEqual([0, 0]));
  });

  it('of 200 MB comes as fast as it is read, and takes no memory', async () => {
    const answer = await raw(downloads.urls['stream'] + (await linkTo('/huge')));
    await eventually(standsStill(() => origin.written()));
    expect(origin.written()).toBeLessThan(HUGE_BYTES / 4);
    const before = process.memoryUsage().rss;
    let [read, peak] = [0, 0];
    for await (const chunk of answer) {
      read += (chunk as Buffer).length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(read).toBe(HUGE_BYTES);
    // Client, service and origin are one process here.
    expect(peak - before).toBeLessThan(150 * MIB);
  });

  it('whose client goes away is not fetched any further', async () => {
    const answer = await raw(downloads.urls['stream'] + (await linkTo('/huge')));
    expect(origin.sockets.size).toBeGreaterThan(0);
    answer.destroy();
    await eventually(() => expect([streamed.size, client.size, origin.sockets.size]).toEqual([0, 0, 0]));
  });

  it('whose client goes away before the origin answers is not waited for', async () => {
    const asked = origin.requests.length;
    const sent = request(downloads.urls['stream'] + (await linkTo('/silent'))).on('error', () => undefined).end();
    await eventually(() => expect(origin.requests).toHaveLength(asked + 1));
    sent.destroy();
    await eventually(() => expect([streamed.size, client.size, origin.sockets.size]).toEqual([0, 0, 0]), { timeoutMs: 1_500 });
  });

  it('whose client takes nothing any more is given up', async () => {
    const answer = await raw(downloads.urls['impatient'] + (await linkTo('/huge')));
    await eventually(() => expect(client.size).toBe(0));
    answer.destroy();
  });

  it('is refused while too many are under way, of all or of its organization', async () => {
    const start = async (organizationId: string) => raw(downloads.urls['stream'] + (await linkTo('/huge', { organizationId })));
    const first = await Promise.all([start('org_a'), start('org_a')]);
    expect((await start('org_a')).statusCode).toBe(503);
    const others = await Promise.all([start('org_b'), start('org_c')]);
    expect((await start('org_d')).statusCode).toBe(503);
    expect([...first, ...others].map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    first[0]?.destroy();
    await eventually(() => expect(streamed.size).toBe(3));
    others.push(await start('org_a'));
    expect(others.at(-1)?.statusCode).toBe(200);
    for (const answer of [...first, ...others]) answer.destroy();
    await eventually(() => expect(streamed.size).toBe(0));
  });
});

function linkTo(path: string, { name, ...options }: { name?: string; receivedAt?: string; organizationId?: string } = {}): Promise<string> {
  return downloads.linkTo({ url: path.startsWith('/') ? origin.url + path : path, ...(name === undefined ? {} : { name }) }, options);
}

async function stream(path: string, { name, headers = {} }: { name?: string; headers?: Record<string, string> } = {}): Promise<Response> {
  return fetch(downloads.urls['stream'] + (await linkTo(path, name === undefined ? {} : { name })), { headers });
}

/** The answer as it comes over the wire, read by nobody yet. */
function raw(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => resolve(answer.on('error', () => undefined))).on('error', reject);
  });
}

/** Fails until a count has not changed for a while. */
function standsStill(count: () => number): () => void {
  let [last, since] = [-1, Date.now()];
  return () => {
    if (count() !== last) since = Date.now();
    last = count();
    expect(Date.now() - since).toBeGreaterThan(200);
  };
}
