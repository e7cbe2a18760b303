import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { aClient, aRequest, answered, eventually, failed } from './spec-support/client.js';
import { always, answer, rawServer } from './spec-support/raw-server.js';

describe('a kept connection', () => {
  it('carries one request after the other, and says that it did not connect again', async () => {
    const server = await rawServer(always(answer(200)));
    const client = aClient();
    const first = answered(await client.post(aRequest(server.url)));
    for (let turn = 0; turn < 20; turn += 1) {
      const { timing } = answered(await client.post(aRequest(server.url)));
      expect(timing.connectMs).toBeUndefined();
    }
    expect(first.timing.connectMs).toBeGreaterThan(0);
    expect(server.connections).toHaveLength(1);
    expect(server.requests).toHaveLength(21);
  });

  it('E11: is closed after four idle seconds, though the server would keep it for ten minutes', async () => {
    const server = await rawServer(always(answer(200, '', 'Connection: keep-alive', 'Keep-Alive: timeout=600')));
    await aClient().post(aRequest(server.url));
    await eventually(() => server.connections.every((socket) => socket.destroyed));
  });

  it('is not kept when the server closes it', async () => {
    const server = await rawServer(always(answer(200, '', 'Connection: close')));
    const client = aClient();
    for (let turn = 0; turn < 3; turn += 1) answered(await client.post(aRequest(server.url)));
    expect(server.connections).toHaveLength(3);
  });
});

describe('a kept connection that the server closes on the next request', () => {
  const closesOnReuse = (how: 'destroy' | 'resetAndDestroy') =>
    rawServer((socket, count) => void (count === 1 ? socket.write(answer(200)) : socket[how]()));

  it.each(['destroy', 'resetAndDestroy'] as const)('E11: is replaced at once, as one attempt, with the same bytes (%s)', async (how) => {
    const server = await closesOnReuse(how);
    const client = aClient();
    await client.post(aRequest(server.url));
    const result = answered(await client.post(aRequest(server.url)));
    expect(result).toMatchObject({ statusCode: 200, transportRetried: true });
    expect(result.timing.connectMs).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(3);
    expect(server.requests[2]).toBe(server.requests[1]);
    expect(server.connections).toHaveLength(2);
  });

  it('E11: is replaced by a connection that has never been used, even when others are idle or all places are taken', async () => {
    for (const connectionsPerOrigin of [2, 3]) {
      const server = await closesOnReuse('destroy');
      const client = aClient({ connectionsPerOrigin });
      await Promise.all([client.post(aRequest(server.url)), client.post(aRequest(server.url))]);
      expect(answered(await client.post(aRequest(server.url))).transportRetried).toBe(true);
      expect(server.requests).toHaveLength(4);
      expect(server.connections).toHaveLength(3);
    }
  });

  it('E11: is replaced once, not again and again', async () => {
    let connections = 0;
    const server = await rawServer((socket, count) => {
      connections += count === 1 ? 1 : 0;
      if (connections === 1 && count === 1) socket.write(answer(200));
      else socket.destroy();
    });
    const client = aClient();
    await client.post(aRequest(server.url));
    expect(failed(await client.post(aRequest(server.url)))).toMatchObject({ failure: 'reset', transportRetried: true });
    expect(server.requests).toHaveLength(3);
  });

  it('E11: is not replaced when a byte of the answer was there', async () => {
    const server = await rawServer((socket, count) => void (count === 1 ? socket.write(answer(200)) : socket.end('HTTP/1.1')));
    const client = aClient();
    await client.post(aRequest(server.url));
    expect(failed(await client.post(aRequest(server.url)))).toMatchObject({ failure: 'reset', transportRetried: false });
    expect(server.requests).toHaveLength(2);
  });

  it('E11: is not replaced when the endpoint had time to work on the request', async () => {
    const server = await rawServer((socket, count) => {
      if (count === 1) socket.write(answer(200));
      else setTimeout(() => socket.destroy(), 1_050);
    });
    const client = aClient();
    await client.post(aRequest(server.url));
    expect(failed(await client.post(aRequest(server.url)))).toMatchObject({ failure: 'reset', transportRetried: false });
  });

  it('E10, E11: is not tried again when it is new', async () => {
    const server = await rawServer((socket) => void socket.destroy());
    expect(failed(await aClient().post(aRequest(server.url)))).toMatchObject({ failure: 'reset', transportRetried: false });
    expect(server.requests).toHaveLength(1);
  });

  it('E11: is simply replaced when it was closed while idle', async () => {
    const server = await rawServer((socket) => void socket.write(answer(200)));
    const client = aClient();
    await client.post(aRequest(server.url));
    server.connections[0]?.end();
    await eventually(() => server.connections[0]?.destroyed === true);
    expect(answered(await client.post(aRequest(server.url))).transportRetried).toBe(false);
    expect(server.requests).toHaveLength(2);
  });
});

describe('a kept connection that is found closed just before the next request is written', () => {
  it('E11: is replaced without having been written to', async () => {
    const server = await rawServer(always(answer(200)));
    const client = aClient();
    await client.post(aRequest(server.url));
    // In this phase of the event loop the closing is seen after the connection was chosen and before it is written to.
    await new Promise((resolve) => setImmediate(resolve));
    server.connections[0]?.destroy();
    const result = answered(await client.post(aRequest(server.url)));
    expect(result.transportRetried).toBe(false);
    expect(result.timing.connectMs).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(2);
    expect(server.connections).toHaveLength(2);
  });
});

describe('the connections of a client', () => {
  it('are at most as many per origin as allowed; the others wait their turn', async () => {
    let open = 0;
    let most = 0;
    const server = await rawServer((socket) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        socket.write(answer(200));
      }, 5);
    });
    const client = aClient({ connectionsPerOrigin: 3 });
    const results = await Promise.all(Array.from({ length: 30 }, () => client.post(aRequest(server.url))));
    expect(results.every((result) => answered(result).statusCode === 200)).toBe(true);
    expect(most).toBe(3);
    expect(server.connections).toHaveLength(3);
  });

  it('are waited for no longer than the wall clock, and a broken one makes room for who waits', async () => {
    const server = await rawServer((socket) => {
      if (server.requests.length > 1) socket.write(answer(200));
    });
    const client = aClient({ connectionsPerOrigin: 1 });
    const hanging = client.post(aRequest(server.url, { timeoutMs: 400 }));
    const impatient = client.post(aRequest(server.url, { timeoutMs: 100 }));
    const patient = client.post(aRequest(server.url));
    expect(failed(await impatient)).toMatchObject({ failure: 'timeout', detail: 'no connection was free in time' });
    expect(failed(await hanging).detail).toBe('no answer in time');
    expect(answered(await patient).statusCode).toBe(200);
    expect(server.requests).toHaveLength(2);
  });

  it('are kept up to a bound over all origins; the others serve their request and are closed', async () => {
    const servers = await Promise.all(Array.from({ length: 5 }, () => rawServer(always(answer(200)))));
    const client = aClient({ maxSockets: 2 });
    const results = await Promise.all(servers.map(({ url }) => client.post(aRequest(url))));
    expect(results.every((result) => answered(result).statusCode === 200)).toBe(true);
    expect(client.sockets).toBe(2);
    await eventually(() => servers.filter(({ connections }) => connections[0]?.destroyed === false).length === 2);
  });

  it('S8: are resolved and vetted anew after a minute, though they were never idle', async () => {
    const server = await rawServer(always(answer(200)));
    let address = '127.0.0.1';
    const client = aClient({ allow: parseAllowList('127.0.0.1'), resolve: async () => [address] });
    const post = () => client.post(aRequest(`http://receiver.example.com:${server.port}/`));
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now');
    onTestFinished(() => clock.mockRestore());
    expect(answered(await post()).statusCode).toBe(200);
    address = '127.0.0.2';
    clock.mockImplementation(() => now() + 59_000);
    expect(answered(await post()).statusCode).toBe(200);
    clock.mockImplementation(() => now() + 60_001);
    expect(answered(await post()).statusCode).toBe(200);
    expect(failed(await post()).failure).toBe('blocked_address');
    expect(server.connections).toHaveLength(1);
  });

  it('are closed for the longest unused origin when there are too many', async () => {
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => rawServer(always(answer(200)))));
    const client = aClient({ maxOrigins: 2 });
    for (const server of [a, b, a, c]) await client.post(aRequest(server?.url ?? ''));
    await eventually(() => b?.connections[0]?.destroyed === true);
    for (const server of [a, c]) await client.post(aRequest(server?.url ?? ''));
    expect([a, b, c].map((server) => server?.connections.length)).toEqual([1, 1, 1]);
    expect(client.origins).toBe(2);
  });

  it('are forgotten with their origin once the last is closed', async () => {
    const server = await rawServer(always(answer(200)));
    const client = aClient();
    await client.post(aRequest(server.url));
    expect(client.origins).toBe(1);
    server.connections[0]?.end();
    await eventually(() => client.origins === 0);
    await client.post(aRequest('http://127.0.0.1:1/'));
    expect(client.origins).toBe(0);
  });
});
