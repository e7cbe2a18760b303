import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { aClient, aRequest, answered, eventually, failed } from './spec-support/client.js';
import { always, answer, earlyServer, rawServer } from './spec-support/raw-server.js';

describe('what is sent', () => {
  it('S13: is the documented headers in their casing and order, and the body byte for byte', async () => {
    const server = await rawServer(always(answer(200)));
    const client = aClient();
    const body = Buffer.from('{"name":"MyGame 🦊"}');
    const request = aRequest(`http://localhost:${server.port}/a%20b?c=d#e`, {
      body,
      headers: [['Content-Type', 'application/json'], ['X-BuildPixel-Signature', 'sha256=00'], ['webhook-id', 'dlv_1'], ['X-Twice', 'a'], ['X-Twice', 'b']],
    });
    expect(answered(await client.post(request)).statusCode).toBe(200);
    expect(server.requests).toEqual([
      [
        'POST /a%20b?c=d HTTP/1.1',
        `host: localhost:${server.port}`,
        'connection: keep-alive',
        'User-Agent: Buildwire/1.0',
        'Accept-Encoding: identity',
        'webhook-hop: 1',
        'Content-Type: application/json',
        'X-BuildPixel-Signature: sha256=00',
        'webhook-id: dlv_1',
        'X-Twice: a',
        'X-Twice: b',
        `content-length: ${body.byteLength}`,
        '',
        body.toString('latin1'),
      ].join('\r\n'),
    ]);
  });

  it('is what headersOf says', async () => {
    const server = await rawServer(always(answer(200)));
    const client = aClient();
    for (const body of [Buffer.from('x'), Buffer.alloc(0)]) {
      const request = aRequest(server.url, { body, headers: [['USER-agent', 'mine']] });
      await client.post(request);
      const lines = server.requests.at(-1)?.split('\r\n\r\n')[0]?.split('\r\n').slice(1);
      expect(lines).toEqual(client.headersOf(request).map(([name, value]) => `${name}: ${value}`));
    }
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'CONNECTION', 'Expect', 'Accept-Encoding', 'Webhook-Hop'])('S13: never has a %s of the caller', async (name) => {
    const server = await rawServer(always(answer(200)));
    const result = failed(await aClient().post(aRequest(server.url, { headers: [[name, '1']] })));
    expect(result).toMatchObject({ failure: 'invalid_request', detail: `the header ${name} cannot be set` });
    expect(server.requests).toEqual([]);
  });

  it.each([['X-A', 'a\r\nX-B: b'], ['X-A\r\nX-B', 'b'], ['X A', 'a'], ['X-A', 'snow ☃'], ['', 'a']])('S13: never has the header "%s: %s"', async (name, value) => {
    const server = await rawServer(always(answer(200)));
    const client = aClient();
    expect(failed(await client.post(aRequest(server.url, { headers: [[name, value]] }))).failure).toBe('invalid_request');
    expect(server.requests).toEqual([]);
    expect(answered(await client.post(aRequest(server.url))).statusCode).toBe(200);
  });
});

describe('what is answered', () => {
  it('has the status, the headers as they came, the body and the timing', async () => {
    const server = await rawServer(always(answer(201, 'made', 'Set-Cookie: a=1', 'set-cookie: b=2')));
    const before = Date.now();
    const result = answered(await aClient().post(aRequest(server.url)));
    expect(result).toMatchObject({ statusCode: 201, truncated: false, remoteAddress: '127.0.0.1', transportRetried: false });
    expect(result.body.toString()).toBe('made');
    expect(result.headers.slice(0, 3)).toEqual([['Content-Length', '4'], ['Set-Cookie', 'a=1'], ['set-cookie', 'b=2']]);
    const { startedAtMs, durationMs, connectMs = -1, firstByteMs = -1 } = result.timing;
    expect(startedAtMs).toBeGreaterThanOrEqual(before);
    expect(connectMs).toBeGreaterThan(0);
    expect(firstByteMs).toBeGreaterThanOrEqual(connectMs);
    expect(durationMs).toBeGreaterThanOrEqual(firstByteMs);
  });

  it.each([301, 302, 303, 307, 308])('E16: is the %i itself, never what it points to', async (statusCode) => {
    const internal = await rawServer(always(answer(200)));
    const server = await rawServer(always(answer(statusCode, '', `Location: ${internal.url}`)));
    expect(answered(await aClient().post(aRequest(server.url))).statusCode).toBe(statusCode);
    expect(internal.connections).toEqual([]);
  });

  it.each([
    [204, 0], [204, 5], [205, 0], [205, 5], [304, 0], [304, 5],
  ])('E14: is a %i with %i bytes of body, and the connection can be used again or not, but nothing hangs', async (statusCode, length) => {
    const server = await rawServer(always(`HTTP/1.1 ${statusCode} X\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`));
    const client = aClient();
    // A body where none may be is cut off, and the status stands.
    for (const _ of [1, 2]) expect(answered(await client.post(aRequest(server.url)))).toMatchObject({ statusCode, truncated: expect.any(Boolean) });
  });

  it('E14: counts though it comes before the request was read', async () => {
    const server = await earlyServer((socket) => void socket.write(answer(200, 'early')));
    const client = aClient();
    const body = Buffer.alloc(8_000_000);
    for (const _ of [1, 2]) expect(answered(await client.post(aRequest(server.url, { body })))).toMatchObject({ statusCode: 200 });
    expect(server.connections).toHaveLength(2);
    expect(client.sockets).toBe(0);
  });

  it('E27: is its raw bytes, whatever they are', async () => {
    const bytes = Buffer.from([...Buffer.from('<script>alert(1)</script>\u001b[31m🦊'), 0xff, 0xfe, 0x00, 0xc3]);
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-7\r\nContent-Length: ${bytes.byteLength}\r\n\r\n`);
      socket.write(bytes);
    });
    expect(answered(await aClient().post(aRequest(server.url))).body).toEqual(bytes);
  });

  it('E7: is not decoded, since 64 KB of gzip can hold 64 MB', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.byteLength}\r\n\r\n`);
      socket.write(bomb);
    });
    const result = answered(await aClient().post(aRequest(server.url)));
    expect(result.body).toEqual(bomb.subarray(0, result.body.byteLength));
    expect(result.body.byteLength).toBe(Math.min(bomb.byteLength, 16 * 1024));
    expect(server.requests[0]).toContain('Accept-Encoding: identity');
  });

  it('E26: is ignored in its cookies, links, upgrades and alternative services', async () => {
    const server = await rawServer(always(answer(200, 'ok', 'Set-Cookie: a=1', 'Link: </a>; rel=preload', 'Alt-Svc: h3=":1"', 'Connection: upgrade', 'Upgrade: h2c')));
    const client = aClient();
    for (const _ of [1, 2]) expect(answered(await client.post(aRequest(server.url))).body.toString()).toBe('ok');
    expect(server.requests[1]).not.toMatch(/cookie/i);
  });
});

describe('close', () => {
  it('waits for the attempt under way and leaves no connection behind', async () => {
    let respond: () => void = () => undefined;
    const server = await rawServer((socket) => {
      respond = () => void socket.write(answer(200));
    });
    const client = aClient();
    const attempt = client.post(aRequest(server.url));
    await eventually(() => server.requests.length === 1);
    const closed = vi.fn();
    const closing = client.close().then(closed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).not.toHaveBeenCalled();
    respond();
    expect(answered(await attempt).statusCode).toBe(200);
    await closing;
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });
});

describe('the environment', () => {
  it('S16: cannot send requests through a proxy', async () => {
    const proxy = await rawServer(always(answer(502)));
    const server = await rawServer(always(answer(200)));
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) for (const key of [name, name.toLowerCase()]) vi.stubEnv(key, `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    const result = await aClient().post(aRequest(server.url));
    vi.unstubAllEnvs();
    expect(answered(result).statusCode).toBe(200);
    expect(proxy.connections).toEqual([]);
  });
});
