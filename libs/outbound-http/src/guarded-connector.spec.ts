import { createSecureContext } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { connectGuarded } from './guarded-connector.js';
import { aClient, aRequest, answered, eventually, failed } from './spec-support/client.js';
import { always, answer, rawServer } from './spec-support/raw-server.js';

const NAME = 'receiver.example.com';
const allowing = (text: string) => ({ allow: parseAllowList(text) });
const canary = () => rawServer(always(answer(200)));

describe('an address that is not public', () => {
  it.each([
    '127.0.0.1', '127.1', '2130706433', '0177.0.0.1', '0x7f.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127.0.0.1.', '[::ffff:127.0.0.1]', '[::127.0.0.1]',
    '[::ffff:0:7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '0.0.0.0', '0', '[::1]', '[::]', 'localhost', 'LOCALHOST', 'localhost.',
  ])('S1, S7: is never connected to as %s', async (host) => {
    const server = await canary();
    const result = failed(await aClient(allowing('none')).post(aRequest(`http://${host}:${server.port}/`)));
    expect(result.failure).toBe('blocked_address');
    expect(result.detail).not.toMatch(/\d/);
    expect(server.connections).toEqual([]);
  });

  it.each([
    ['alone', ['127.0.0.1']],
    ['behind a public one', ['8.8.8.8', '127.0.0.1']],
    ['before a public one', ['127.0.0.1', '8.8.8.8']],
    ['as an IPv6 form', ['::ffff:127.0.0.1']],
    ['with a zone id', ['fe80::1%lo']],
    ['among thousands', [...Array.from({ length: 4_000 }, () => '8.8.8.8'), '127.0.0.1']],
  ])('S2, S5: is never connected to when a name has it %s', async (_what, addresses) => {
    const server = await canary();
    const client = aClient({ ...allowing('none'), resolve: async () => addresses });
    const result = failed(await client.post(aRequest(`http://${NAME}:${server.port}/`)));
    expect(result).toMatchObject({ failure: 'blocked_address', detail: 'the address is not public' });
    expect(server.connections).toEqual([]);
  });

  it('S19: is answered alike whether something listens there or not, without an address', async () => {
    const server = await canary();
    const client = aClient({ ...allowing('none'), resolve: async () => ['127.0.0.1'] });
    const said = async (url: string) => {
      const { failure, detail } = failed(await client.post(aRequest(url)));
      return `${failure}: ${detail}`;
    };
    const urls = [`http://${NAME}:${server.port}/`, `https://${NAME}:${server.port}/`, `http://${NAME}:1025/`, 'http://127.0.0.1/', 'http://10.0.0.1/'];
    expect(new Set(await Promise.all(urls.map(said)))).toEqual(new Set(['blocked_address: the address is not public']));
    expect(server.connections).toEqual([]);
  });

  it('is connected to when its address, block or name is allowed', async () => {
    const server = await canary();
    for (const list of ['127.0.0.1', '127.0.0.0/8', NAME, '*.example.com']) {
      const client = aClient({ ...allowing(list), resolve: async () => ['127.0.0.1'] });
      expect(answered(await client.post(aRequest(`http://${NAME}:${server.port}/`))).statusCode).toBe(200);
    }
    expect(answered(await aClient().post(aRequest(`http://localhost:${server.port}/`))).statusCode).toBe(200);
  });
});

describe('the connector by itself', () => {
  const policy = { ...allowing('none'), resolve: async () => ['127.0.0.1'], connectTimeoutMs: 1_000, secureContext: createSecureContext() };
  const connect = (host: string, port: number, over: Partial<typeof policy> = {}, signal = new AbortController().signal) =>
    connectGuarded({ host, port, secure: false }, { ...policy, ...over }, signal);

  it.each(['127.0.0.1', '::1', 'localhost', 'postgres', 'api.default.svc', NAME])('S4, S7: refuses %s, even if the URL was never checked', async (host) => {
    const server = await canary();
    await expect(connect(host, server.port)).rejects.toMatchObject({ failure: 'blocked_address' });
    expect(server.connections).toEqual([]);
  });

  it('S4, S7: does not ask the resolver about literals and local names', async () => {
    const resolve = vi.fn(async () => ['8.8.8.8']);
    for (const host of ['127.0.0.1', '::1', 'postgres', 'a.internal']) await expect(connect(host, 1, { resolve })).rejects.toThrow();
    expect(resolve).not.toHaveBeenCalled();
  });

  it('does not connect when it was given up while the name was resolved', async () => {
    const server = await canary();
    const given = connect(NAME, server.port, allowing('loopback'), AbortSignal.abort());
    await expect(given).rejects.toMatchObject({ failure: 'timeout' });
    expect(server.connections).toEqual([]);
  });
});

describe('a name', () => {
  it('S6: is resolved once per connection, and only the address that was vetted is dialled', async () => {
    const allowed = await rawServer(always(answer(200, '', 'Connection: close')), '127.0.0.2');
    const forbidden = await rawServer(always(answer(200)), '127.0.0.1', allowed.port);
    const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2']];
    const resolve = vi.fn(async () => answers.shift() ?? []);
    const client = aClient({ ...allowing('127.0.0.2'), resolve });
    const post = () => client.post(aRequest(`http://${NAME}:${allowed.port}/`));
    expect(answered(await post()).remoteAddress).toBe('127.0.0.2');
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(failed(await post()).failure).toBe('blocked_address');
    expect(answered(await post()).remoteAddress).toBe('127.0.0.2');
    expect(forbidden.connections).toEqual([]);
  });

  it('S4: is resolved without the search list, unless it is allow-listed', async () => {
    const server = await canary();
    const resolve = vi.fn(async () => ['127.0.0.1']);
    await aClient({ ...allowing('127.0.0.1'), resolve }).post(aRequest(`http://${NAME}:${server.port}/`));
    await aClient({ ...allowing('receiver'), resolve }).post(aRequest(`http://receiver:${server.port}/`));
    expect(resolve.mock.calls).toEqual([[`${NAME}.`], ['receiver']]);
  });

  it('E25: is tried at its other addresses when one is dead', async () => {
    const server = await canary();
    const client = aClient({ resolve: async () => ['::1', '127.0.0.9', '127.0.0.1'] });
    expect(answered(await client.post(aRequest(`http://${NAME}:${server.port}/`))).remoteAddress).toBe('127.0.0.1');
  });

  it('S9: that does not exist is a DNS failure', async () => {
    const result = failed(await aClient({ timeoutMs: 10_000, connectTimeoutMs: 3_000 }).post(aRequest('http://nothing.invalid/')));
    expect(result.failure).toBe('dns');
    expect(result.timing.durationMs).toBeLessThan(4_000);
  });

  it('S9: without an address is a DNS failure', async () => {
    const result = failed(await aClient({ resolve: async () => [] }).post(aRequest(`http://${NAME}/`)));
    expect(result).toMatchObject({ failure: 'dns', detail: 'the host name has no address' });
  });

  it('S9: that is never resolved ends by the connect timeout', async () => {
    const client = aClient({ resolve: () => new Promise(() => undefined), connectTimeoutMs: 100 });
    const result = failed(await client.post(aRequest(`http://${NAME}/`)));
    expect(result).toMatchObject({ failure: 'dns', detail: 'the host name was not resolved in time' });
  });

  it('S9: that is never resolved ends by the wall clock, if that is shorter', async () => {
    const client = aClient({ resolve: () => new Promise(() => undefined), timeoutMs: 100 });
    expect(failed(await client.post(aRequest(`http://${NAME}/`)))).toMatchObject({ failure: 'timeout', detail: 'no connection in time' });
  });
});

describe('an endpoint that cannot be reached', () => {
  it('refuses the connection, and the client can try again', async () => {
    const server = await canary();
    server.close();
    const client = aClient();
    for (const _ of [1, 2]) {
      expect(failed(await client.post(aRequest(server.url)))).toMatchObject({ failure: 'connect', detail: 'the connection was refused' });
    }
  });

  it('E3: stalls the TLS handshake and ends by the connect timeout', async () => {
    const server = await rawServer(() => undefined);
    const result = failed(await aClient({ connectTimeoutMs: 150 }).post(aRequest(`https://127.0.0.1:${server.port}/`)));
    expect(result).toMatchObject({ failure: 'timeout', detail: 'no connection in time' });
    expect(result.timing.durationMs).toBeLessThan(1_000);
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it('E3: stalls the TLS handshake and ends by the wall clock, if that is shorter', async () => {
    const server = await rawServer(() => undefined);
    const result = failed(await aClient({ timeoutMs: 150, connectTimeoutMs: 60_000 }).post(aRequest(`https://127.0.0.1:${server.port}/`)));
    expect(result.detail).toBe('no connection in time');
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it.each([22, 25, 4222, 5432, 6379, 9200])('S12: is on port %i, which is not for the web', async (port) => {
    const resolve = vi.fn(async () => ['8.8.8.8']);
    const result = failed(await aClient({ ...allowing('none'), resolve }).post(aRequest(`http://${NAME}:${port}/`)));
    expect(result).toMatchObject({ failure: 'blocked_address', detail: `port ${port} is not allowed` });
    expect(resolve).not.toHaveBeenCalled();
  });

  it('S10, S11: has a URL that was never one', async () => {
    for (const url of ['ftp://example.com/', 'not a url', 'http://user:pw@example.com/']) {
      expect(failed(await aClient().post(aRequest(url))).failure).toBe('invalid_request');
    }
  });
});
