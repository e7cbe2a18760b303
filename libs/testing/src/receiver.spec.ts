import { connect } from 'node:net';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startReceiver, type Receiver, type Script } from './receiver.js';

let receiver: Receiver;
afterEach(() => receiver.close());

async function open(script?: Script): Promise<void> {
  receiver = await startReceiver(script);
}

const post = (body: string, path = '/'): Promise<Response> => fetch(receiver.url + path, { method: 'POST', body });

/** Writes these bytes to the receiver and gives what came back until the connection ended. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(receiver.port, '127.0.0.1').setEncoding('latin1');
  socket.write(bytes);
  let received = '';
  for await (const chunk of socket) received += chunk;
  return received;
}

describe('a receiver', () => {
  it('records a request as it was on the wire', async () => {
    await open();
    await exchange('PUT /a?b=1 HTTP/1.1\r\nHost: x\r\nX-CaseD: One\r\nx-cased: two\r\nConnection: close\r\nContent-Length: 3\r\n\r\n\x01\x7fz');

    const [recorded] = receiver.requests;
    expect(recorded).toMatchObject({ method: 'PUT', path: '/a?b=1', body: Buffer.from('\x01\x7fz', 'latin1') });
    expect(recorded?.rawHeaders.slice(1, 3)).toEqual([['X-CaseD', 'One'], ['x-cased', 'two']]);
    expect(recorded?.headers['x-cased']).toBe('One, two');
  });

  it('answers 200 with an empty body unless told otherwise', async () => {
    await open();
    const response = await post('hello');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('answers from a script that can be changed while it runs', async () => {
    await open((_, index) => ({ status: 500 + index, headers: { 'retry-after': '7' }, body: 'no' }));
    const answers = [await post(''), await post('')];
    expect(answers.map(({ status }) => status)).toEqual([500, 501]);
    expect(answers[0]?.headers.get('retry-after')).toBe('7');

    receiver.answerWith(({ body }) => ({ status: 202, body }));
    expect(await (await post('echo')).text()).toBe('echo');
  });

  it('delays', async () => {
    await open(() => ({ delayMs: 120 }));
    const startedAt = performance.now();
    await post('');
    expect(performance.now() - startedAt).toBeGreaterThan(110);
  });

  it('hangs, and lets go when closed', async () => {
    await open((_, index) => (index === 0 ? { hang: true } : {}));
    let state = 'open';
    const settled = post('').then(() => { state = 'answered'; }, () => { state = 'broken'; });
    await receiver.waitFor(1);
    await post('');
    expect(state).toBe('open');
    await receiver.close();
    await settled;
    expect(state).toBe('broken');
  });

  it('resets the connection', async () => {
    await open(() => ({ reset: true }));
    const socket = connect(receiver.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('answers with bytes that are not HTTP', async () => {
    await open(() => ({ raw: 'SSH-2.0-x\r\n' }));
    expect(await exchange('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('SSH-2.0-x\r\n');
  });

  it('drips a body', async () => {
    await open(() => ({ dripBody: { chunks: ['a', 'b', 'c'], everyMs: 20 } }));
    const startedAt = performance.now();
    expect(await (await post('')).text()).toBe('abc');
    expect(performance.now() - startedAt).toBeGreaterThan(50);
  });

  it('tells which requests shared a connection', async () => {
    await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = async (options: object) => {
      const [response] = await once(request(receiver.url, options).end(), 'response');
      await once(response.resume(), 'end');
    };
    await get({ agent });
    await get({ agent });
    await get({ agent: false });
    expect(receiver.requests.map(({ connectionId }) => connectionId)).toEqual([1, 1, 2]);
    agent.destroy();
  });

  it('waits for a count and for a matching request, and says what it saw instead', async () => {
    await open();
    const both = receiver.waitFor(2);
    const second = receiver.waitFor(({ path }) => path === '/second');
    await Promise.all([post('', '/first'), post('', '/second')]);
    expect(await both).toHaveLength(2);
    expect((await second).path).toBe('/second');
    await expect(receiver.waitFor(3, 30)).rejects.toThrow(/2 requests:\n.*POST \/first/s);
  });

  it('comes back at the same address', async () => {
    await open();
    const { url, port } = receiver;
    await receiver.close();
    await expect(fetch(url)).rejects.toThrow();
    receiver = await startReceiver(undefined, { port });
    expect((await fetch(url)).status).toBe(200);
  });
});
