import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { DownloadClient, type DownloadClientOptions, type DownloadRequest, type DownloadResult } from './download-client.js';
import { eventually } from './spec-support/client.js';
import { always, answer, drip, flood, rawServer } from './spec-support/raw-server.js';

const MIB = 1024 * 1024;

describe('a download', () => {
  it('has the status, the headers in wire order and the bytes, and leaves no connection', async () => {
    const server = await rawServer(always(answer(206, 'artifact', 'ETag: "a"', 'Content-Range: bytes 0-7/9', 'X-Name: \u00e9')));
    const client = aClient();
    const { statusCode, headers, body } = opened(await client.open(aGet(server.url, { headers: [['range', 'bytes=0-7']] })));
    expect([statusCode, headers]).toEqual([206, [['Content-Length', '8'], ['ETag', '"a"'], ['Content-Range', 'bytes 0-7/9'], ['X-Name', '\u00c3\u00a9']]]);
    expect((await buffer(body)).toString()).toBe('artifact');
    expect(server.requests[0]).toMatch(/^GET \/hook HTTP\/1\.1\r\n/);
    expect(server.requests[0]).toMatch(/\r\nrange: bytes=0-7\r\n/);
    await eventually(() => client.size === 0 && server.connections.every((socket) => socket.destroyed));
  });

  it('asks for the bytes as they are, says who asks, and sends no credentials', async () => {
    const server = await rawServer(always(answer(200)));
    await bytesOf(aClient(), server.url);
    const names = server.requests[0]?.split('\r\n').slice(1, -2).map((line) => line.toLowerCase());
    expect(names?.sort()).toEqual(['accept-encoding: identity', 'connection: close', `host: 127.0.0.1:${server.port}`, 'user-agent: buildwire/1.0', 'webhook-hop: 1']);
  });

  it('of the head alone has its length and no body', async () => {
    const server = await rawServer(always('HTTP/1.1 200 OK\r\nContent-Length: 123456789\r\n\r\n'));
    const client = aClient();
    const { headers, body } = opened(await client.open({ ...aGet(server.url), method: 'HEAD' }));
    expect(headers).toEqual([['Content-Length', '123456789']]);
    expect(await buffer(body)).toHaveLength(0);
    await eventually(() => client.size === 0);
  });

  it('is not unpacked, though its origin packed what nobody asked to be packed', async () => {
    const packed = gzipSync('x'.repeat(100_000));
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    expect(await bytesOf(aClient(), server.url)).toEqual(packed);
  });

  it('comes no faster than it is read', async () => {
    let sent = 0;
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1_024 * MIB}\r\n\r\n`);
      flood(socket, 'x'.repeat(MIB));
      const count = setInterval(() => (sent = socket.bytesWritten - socket.writableLength), 5);
      socket.on('close', () => clearInterval(count));
    });
    const { body } = opened(await aClient({ idleTimeoutMs: 200 }).open(aGet(server.url)));
    const reader = body[Symbol.asyncIterator]();
    await reader.next();
    // What the kernel and the buffer hold, and after that nothing: also no silence that is the origin's fault.
    await eventually(standsStill(() => sent));
    expect(sent).toBeLessThan(64 * MIB);
    expect(body.readableLength).toBeLessThan(MIB);
    expect(body.destroyed).toBe(false);
    const before = sent;
    await eventuallyRead(reader, 16 * MIB);
    await eventually(() => sent > before);
  });

  it('that is given up destroys the connection of its origin', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
      drip(socket, 'x', 5);
    });
    const client = aClient();
    opened(await client.open(aGet(server.url))).body.destroy();
    await eventually(() => server.connections.every((socket) => socket.destroyed) && client.size === 0);
  });

  it('whose asker goes away before the answer ends at once', async () => {
    const gone = new AbortController();
    const server = await rawServer(() => gone.abort());
    const client = aClient();
    expect(await client.open(aGet(server.url, { signal: gone.signal }))).toMatchObject({ kind: 'failed', failure: 'reset' });
    expect(await client.open(aGet(server.url, { signal: gone.signal }))).toMatchObject({ kind: 'failed', failure: 'reset' });
    await eventually(() => server.connections.every((socket) => socket.destroyed) && client.size === 0);
    expect(server.connections).toHaveLength(1);
  });

  it('is cut when the client is closed', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      drip(socket, 'x', 5);
    });
    const client = aClient();
    const { body } = opened(await client.open(aGet(server.url)));
    await client.close();
    await expect(buffer(body)).rejects.toThrow();
    expect(client.size).toBe(0);
  });
});

describe('an origin that is slow', () => {
  it.each([
    ['never answers', () => undefined],
    ['drips its headers', (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      drip(socket, 'a', 20);
    }],
    ['leads on slowly', (socket: Socket) => void setTimeout(() => socket.write(answer(302, '', 'Location: /next')), 80)],
  ])('and %s has failed by the wall clock', async (_what, script) => {
    const server = await rawServer(script);
    const client = aClient({ headTimeoutMs: 200 });
    expect(await client.open(aGet(server.url))).toEqual({ kind: 'failed', failure: 'timeout', detail: 'no answer in time' });
    await eventually(() => client.size === 0 && server.connections.every((socket) => socket.destroyed));
  });

  it('may take as long as it likes for the body while it drips', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n');
      drip(socket, 'x', 20);
    });
    expect(await bytesOf(aClient({ headTimeoutMs: 200, idleTimeoutMs: 400 }), server.url)).toHaveLength(30);
  });

  it('and falls silent breaks the body off', async () => {
    const server = await rawServer(always('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nhalf'));
    const client = aClient({ idleTimeoutMs: 100 });
    await expect(bytesOf(client, server.url)).rejects.toMatchObject({ failure: 'timeout', detail: 'the body stopped coming' });
    await eventually(() => client.size === 0 && server.connections.every((socket) => socket.destroyed));
  });
});

describe('an origin that breaks off', () => {
  it.each(['resetAndDestroy', 'end'] as const)('in the body by %s breaks the body off', async (way) => {
    const server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => setTimeout(() => socket[way](), 20)));
    await expect(bytesOf(aClient(), server.url)).rejects.toMatchObject({ failure: 'reset' });
  });

  it('before its answer has failed, and so has one that floods or speaks no HTTP', async () => {
    const failureOf = async (bytes: string) => {
      const server = await rawServer((socket) => void (bytes === '' ? socket.resetAndDestroy() : socket.write(bytes)));
      const result = await aClient().open(aGet(server.url));
      return result.kind === 'failed' ? result.failure : result.statusCode;
    };
    expect(await failureOf('')).toBe('reset');
    expect(await failureOf('220 smtp.example ESMTP\r\n')).toBe('invalid_response');
    expect(await failureOf('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50))).toBe('invalid_response');
    expect(await failureOf(answer(200, '', `X-Long: ${'x'.repeat(120_000)}`))).toBe('invalid_response');
  });
});

describe('a redirect', () => {
  it('is followed, and the same is asked again', async () => {
    const store = await rawServer(always(answer(200, 'artifact')));
    const server = await rawServer(always(answer(302, 'moved', `Location: http://127.0.0.1:${store.port}/caf\u00e9?sig=1#top`)));
    expect((await bytesOf(aClient(), server.url, [['range', 'bytes=0-']])).toString()).toBe('artifact');
    expect(store.requests[0]).toMatch(/^GET \/caf%C3%A9\?sig=1 HTTP\/1\.1\r\n[^]*range: bytes=0-/);
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it('may lead elsewhere at the same origin', async () => {
    const server = await rawServer((socket) => socket.write(server.requests.length === 1 ? answer(307, '', 'Location: ../moved') : answer(200, 'there')));
    expect((await bytesOf(aClient(), server.url)).toString()).toBe('there');
    expect(server.requests[1]).toMatch(/^GET \/moved /);
  });

  it('that never ends is left after three', async () => {
    const server = await rawServer(always(answer(302, '', 'Location: /again')));
    expect(await aClient().open(aGet(server.url))).toEqual({ kind: 'failed', failure: 'invalid_response', detail: 'there are too many redirects' });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ['to an internal address', 'http://127.0.0.2:1/'],
    ['to an internal address in disguise', 'http://[::ffff:7f00:2]:1/'],
    ['to the address of metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['to a name inside the cluster', 'http://kubernetes.default.svc/'],
    ['to a name that resolves to an internal address', 'http://rebound.example/'],
    ['to another scheme', 'file:///etc/passwd'],
    ['to an address with credentials', 'http://user:password@127.0.0.1/'],
    ['to nowhere', 'http://'],
  ])('%s is not followed', async (_what, location) => {
    const server = await rawServer(always(answer(302, '', `Location: ${location}`)));
    const client = aClient({ allow: parseAllowList('127.0.0.1'), resolve: async () => ['127.0.0.2'] });
    expect(await client.open(aGet(server.url))).toMatchObject({ kind: 'failed', failure: expect.stringMatching(/^(blocked_address|invalid_request|invalid_response)$/) as string });
    await eventually(() => client.size === 0);
  });

  it('that leads nowhere is an answer', async () => {
    const server = await rawServer(always(answer(304, '', 'Location: /x')));
    expect(opened(await aClient().open(aGet(server.url))).statusCode).toBe(304);
  });
});

describe('an address that is not public', () => {
  it.each(['http://127.0.0.1:1/', 'http://169.254.169.254/', 'http://10.0.0.1/', 'http://localhost/', 'http://0x7f.1/'])('is not called: %s', async (url) => {
    expect(await aClient({ allow: parseAllowList('none') }).open(aGet(url))).toMatchObject({ kind: 'failed', failure: 'blocked_address' });
  });

  it('is not called by a name that resolves to it', async () => {
    const server = await rawServer(always(answer(200)));
    const client = aClient({ allow: parseAllowList('none'), resolve: async () => ['127.0.0.1'] });
    expect(await client.open(aGet(`http://rebound.example:${server.port}/`))).toMatchObject({ kind: 'failed', failure: 'blocked_address' });
    expect(server.connections).toHaveLength(0);
  });
});

function aClient(options: Partial<DownloadClientOptions> = {}): DownloadClient {
  const client = new DownloadClient({ allow: parseAllowList('loopback'), headTimeoutMs: 5_000, connectTimeoutMs: 1_000, ...options });
  onTestFinished(() => client.close());
  return client;
}

function aGet(url: string, over: Partial<DownloadRequest> = {}): DownloadRequest {
  return { method: 'GET', url, headers: [], ...over };
}

function opened(result: DownloadResult): Extract<DownloadResult, { kind: 'opened' }> {
  if (result.kind === 'failed') throw new Error(`failed: ${result.failure}: ${result.detail}`);
  return result;
}

async function bytesOf(client: DownloadClient, url: string, headers: DownloadRequest['headers'] = []): Promise<Buffer> {
  return buffer(opened(await client.open(aGet(url, { headers }))).body);
}

/** Whether a count has not changed for a while. */
function standsStill(count: () => number): () => boolean {
  let last = -1;
  let since = Date.now();
  return () => {
    if (count() !== last) since = Date.now();
    last = count();
    return Date.now() - since > 500;
  };
}

async function eventuallyRead(reader: AsyncIterator<Buffer>, bytes: number): Promise<void> {
  for (let read = 0; read < bytes; ) read += ((await reader.next()).value as Buffer).length;
}
