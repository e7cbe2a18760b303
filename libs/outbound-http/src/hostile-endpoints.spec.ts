import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { aClient, aRequest, answered, eventually, failed } from './spec-support/client.js';
import { always, answer, drip, flood, rawServer } from './spec-support/raw-server.js';
import { WebhookClient } from './webhook-client.js';

const TIMEOUT_MS = 300;
/** For a machine whose cores are busy with something else. */
const SLACK_MS = 700;
const CAP = 16 * 1024;

const impatient = () => aClient({ timeoutMs: TIMEOUT_MS });

describe('an endpoint that is slow', () => {
  it.each([
    ['E1: never answers', () => undefined],
    ['E4: drips its status line', (socket: Socket) => {
      socket.write('HTTP/1.1 200 ');
      drip(socket, 'O', 20);
    }],
    ['E4: drips its headers', (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      drip(socket, 'a', 20);
    }],
    ['E9: says early hints now and then', (socket: Socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 50)],
  ])('%s and ends by the wall clock, and its connection is freed', async (_what, script) => {
    const server = await rawServer(script);
    const result = failed(await impatient().post(aRequest(server.url)));
    expect(result).toMatchObject({ failure: 'timeout', detail: 'no answer in time' });
    expect(result.timing.durationMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 1);
    expect(result.timing.durationMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it('E5: has answered once its status line is there, though its body drips for ever', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
      drip(socket, 'x', 20);
    });
    const result = answered(await impatient().post(aRequest(server.url)));
    expect(result).toMatchObject({ statusCode: 200, truncated: true });
    expect(result.body.toString()).toMatch(/^x+$/);
    expect(result.timing.durationMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it('E1: can be given less time than others', async () => {
    const server = await rawServer(() => undefined);
    const result = failed(await aClient().post(aRequest(server.url, { timeoutMs: 100 })));
    expect(result).toMatchObject({ failure: 'timeout', detail: 'no answer in time', transportRetried: false });
    expect(result.timing.durationMs).toBeLessThan(100 + SLACK_MS);
  });

  it.each([
    ['15 s, unless it asks for something else', {}, 15_000],
    ['30 s at most, whatever stands in the database', { timeoutMs: 1e12 }, 30_000],
  ])('E1: gets %s', async (_what, over, limitMs) => {
    const server = await rawServer(() => undefined);
    const settled = vi.fn();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const client = new WebhookClient({ allow: parseAllowList('loopback') });
    onTestFinished(() => client.close());
    const post = client.post(aRequest(server.url, over)).finally(settled);
    while (server.requests.length === 0) await turn();
    vi.advanceTimersByTime(limitMs - 1);
    await turn();
    expect(settled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(failed(await post).failure).toBe('timeout');
  });
});

describe('an endpoint that says too much', () => {
  it('E6: is read up to the cap and then cut off, on a hundred connections at once', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      flood(socket, `1000\r\n${'x'.repeat(4096)}\r\n`);
    });
    const client = aClient({ timeoutMs: 20_000 });
    const results = await Promise.all(Array.from({ length: 100 }, () => client.post(aRequest(server.url))));
    for (const result of results) {
      expect(answered(result)).toMatchObject({ statusCode: 200, truncated: true });
      expect(answered(result).body.byteLength).toBe(CAP);
    }
    await eventually(() => server.connections.every((socket) => socket.destroyed));
    expect(server.connections).toHaveLength(100);
  });

  it.each([[CAP, false], [CAP + 1, true]])('E6, S20: with a body of %i bytes has truncated: %s', async (length, truncated) => {
    const server = await rawServer(always(answer(200, 'x'.repeat(length))));
    const result = answered(await aClient().post(aRequest(server.url)));
    expect(result.truncated).toBe(truncated);
    expect(result.body.byteLength).toBe(CAP);
  });

  it('E8: in its headers is no valid answer', async () => {
    const server = await rawServer(always(answer(200, '', `X-Long: ${'x'.repeat(120_000)}`)));
    const result = failed(await aClient().post(aRequest(server.url)));
    expect(result).toMatchObject({ failure: 'invalid_response', detail: 'the headers of the answer are too long' });
  });

  it.each([102, 103])('E9: in a flood of %i is stopped by count, long before the wall clock', async (statusCode) => {
    const server = await rawServer((socket) => flood(socket, `HTTP/1.1 ${statusCode} X\r\n\r\n`.repeat(50)));
    const result = failed(await aClient().post(aRequest(server.url)));
    expect(result).toMatchObject({ failure: 'invalid_response', detail: 'too many interim answers' });
    expect(result.timing.durationMs).toBeLessThan(SLACK_MS);
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it('E9: is believed when it hints early and then answers', async () => {
    const server = await rawServer(always(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${answer(200, 'ok')}`));
    expect(answered(await aClient().post(aRequest(server.url)))).toMatchObject({ statusCode: 200, headers: [['Content-Length', '2']] });
  });
});

describe('an endpoint that breaks off', () => {
  it.each([
    ['before a byte', ''],
    ['in the status line', 'HTTP/1.1 20'],
    ['in the headers', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('E10: %s has reset the connection, by RST or by FIN', async (_what, bytes) => {
    for (const way of ['resetAndDestroy', 'end'] as const) {
      const server = await rawServer((socket) => socket.write(bytes, () => setImmediate(() => socket[way]())));
      expect(failed(await aClient().post(aRequest(server.url)))).toMatchObject({ failure: 'reset', transportRetried: false });
      expect(server.requests).toHaveLength(1);
    }
  });

  it.each([200, 500])('E10: in the body of a %i has answered', async (statusCode) => {
    for (const way of ['resetAndDestroy', 'end'] as const) {
      const head = `HTTP/1.1 ${statusCode} X\r\nContent-Length: 100\r\n\r\nhalf`;
      const server = await rawServer((socket) => socket.write(head, () => setTimeout(() => socket[way](), 20)));
      const result = answered(await aClient().post(aRequest(server.url)));
      expect(result).toMatchObject({ statusCode, truncated: true });
      expect(result.body.toString()).toBe('half');
    }
  });

  it('E10, E13: in a chunked body that is not chunked has answered', async () => {
    const server = await rawServer(always('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\nZZ\r\n'));
    expect(answered(await aClient().post(aRequest(server.url)))).toMatchObject({ statusCode: 200, truncated: true });
  });
});

describe('an endpoint that speaks old or broken HTTP', () => {
  it('E12: may speak HTTP/1.0 and end its body by closing', async () => {
    const server = await rawServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nold'));
    const client = aClient();
    for (const _ of [1, 2]) {
      const result = answered(await client.post(aRequest(server.url)));
      expect(result).toMatchObject({ statusCode: 200, truncated: false });
      expect(result.body.toString()).toBe('old');
    }
  });

  it.each([
    ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['another version', 'HTTP/9.9 200 OK\r\n\r\n'],
    ['no HTTP at all', '220 smtp.example ESMTP\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a header name that is none', 'HTTP/1.1 200 OK\r\nX Y: 1\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('E13: is refused with %s, and its connection is never used again', async (_what, bytes) => {
    const server = await rawServer(always(bytes));
    const client = aClient();
    expect(failed(await client.post(aRequest(server.url))).failure).toBe('invalid_response');
    await eventually(() => server.connections.every((socket) => socket.destroyed));
    await client.post(aRequest(server.url));
    expect(server.connections).toHaveLength(2);
  });

  it('E13: cannot answer a request that has not been made', async () => {
    const server = await rawServer((socket, count) => socket.write(answer(200, 'one') + (count === 1 ? answer(200, 'smuggled') : '')));
    const client = aClient();
    expect(answered(await client.post(aRequest(server.url))).body.toString()).toBe('one');
    expect(answered(await client.post(aRequest(server.url))).body.toString()).toBe('one');
    expect(server.connections).toHaveLength(2);
  });
});
