import { networkInterfaces } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { blackHole } from './spec-support/black-hole.js';
import { aClient, aRequest, answered, eventually, failed } from './spec-support/client.js';
import { always, answer, rawServer } from './spec-support/raw-server.js';
import { WebhookClient } from './webhook-client.js';

const NAME = 'receiver.example.com';
const hasIpv6 = Object.values(networkInterfaces()).flat().some((address) => address?.address === '::1');

describe('a host that answers no SYN', () => {
  it('E2: is given up by the connect timeout, and its socket is freed', async () => {
    const port = await blackHole('127.0.0.1');
    const client = aClient({ connectTimeoutMs: 200, timeoutMs: 20_000 });
    const result = failed(await client.post(aRequest(`http://127.0.0.1:${port}/`)));
    expect(result).toMatchObject({ failure: 'timeout', detail: 'no connection in time' });
    expect(result.timing.durationMs).toBeLessThan(1_000);
    expect([client.origins, client.sockets]).toEqual([0, 0]);
  });

  it('E2, E3: is given up after 5 s by default', async () => {
    const port = await blackHole('127.0.0.1');
    const client = new WebhookClient({ allow: parseAllowList('loopback') });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const settled = vi.fn();
    const post = client.post(aRequest(`http://127.0.0.1:${port}/`)).finally(settled);
    for (let turns = 0; turns < 10; turns += 1) await turn();
    vi.advanceTimersByTime(4_900);
    await turn();
    expect(settled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(failed(await post)).toMatchObject({ failure: 'timeout', detail: 'no connection in time' });
  });

  it('E25: is passed over for another address of the name', async () => {
    const port = await blackHole('127.0.0.2');
    const server = await rawServer(always(answer(200)), '127.0.0.1', port);
    const client = aClient({ resolve: async () => ['127.0.0.2', '127.0.0.1'] });
    expect(answered(await client.post(aRequest(`http://${NAME}:${port}/`))).remoteAddress).toBe('127.0.0.1');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a host with many addresses', () => {
  const dead = Array.from({ length: 4_000 }, (_, index) => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`);

  it('S9: is tried at eight of them, no more', async () => {
    const server = await rawServer(always(answer(200)));
    const post = (place: number) => aClient({ resolve: async () => dead.with(place, '127.0.0.1') }).post(aRequest(`http://${NAME}:${server.port}/`));
    expect(answered(await post(7)).remoteAddress).toBe('127.0.0.1');
    expect(failed(await post(8))).toMatchObject({ failure: 'connect' });
    expect(server.connections).toHaveLength(1);
  });

  it.skipIf(!hasIpv6)('E25: is called over IPv6 when it has nothing else', async () => {
    const server = await rawServer(always(answer(200)), '::1');
    const client = aClient({ resolve: async () => ['::1'] });
    expect(answered(await client.post(aRequest(`http://${NAME}:${server.port}/`))).remoteAddress).toBe('::1');
  });
});

describe('many endpoints on one dead host', () => {
  it('E24: cost no socket once they have failed', async () => {
    const server = await rawServer(always(answer(200)));
    server.close();
    const client = aClient({ timeoutMs: 30_000, connectTimeoutMs: 30_000, resolve: async () => ['127.0.0.1'] });
    const results = await Promise.all(Array.from({ length: 1_000 }, (_, index) => client.post(aRequest(`http://w${index}.example.com:${server.port}/`))));
    expect(new Set(results.map((result) => failed(result).failure))).toEqual(new Set(['connect']));
    await eventually(() => client.sockets === 0 && client.origins === 0);
  });
});
