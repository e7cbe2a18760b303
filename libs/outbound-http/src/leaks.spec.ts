import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { certificate, privateKey } from './spec-support/certificates.js';
import { aClient, aRequest, answered, eventually } from './spec-support/client.js';
import { always, answer, drip, flood, rawServer, tlsServer, type Script } from './spec-support/raw-server.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const TIMEOUT_MS = 150;
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const says = (bytes: string, then: (socket: Socket) => void): Script => (socket) => socket.write(bytes, () => then(socket));

const hostile: [what: string, script: Script][] = [
  ['says nothing', () => undefined],
  ['drips a status line', (socket) => drip(socket, 'H', 20)],
  ['drips headers', says('HTTP/1.1 200 OK\r\nX-Slow: ', (socket) => drip(socket, 'a', 20))],
  ['drips a body', says('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', (socket) => drip(socket, 'x', 20))],
  ['floods with body', says(CHUNKED, (socket) => flood(socket, `1000\r\n${'x'.repeat(4_096)}\r\n`))],
  ['floods with headers', always(answer(200, '', `X-Long: ${'x'.repeat(120_000)}`))],
  ['floods with interim answers', (socket) => flood(socket, 'HTTP/1.1 102 X\r\n\r\n'.repeat(50))],
  ['resets at once', (socket) => void socket.resetAndDestroy()],
  ['ends in the headers', says('HTTP/1.1 200 OK\r\nContent-', (socket) => socket.end())],
  ['resets in the body', says('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', (socket) => socket.resetAndDestroy())],
  ['closes on reuse', (socket, count) => void (count === 1 ? socket.write(answer(200)) : socket.destroy())],
  ['speaks no HTTP', always('220 smtp.example ESMTP\r\n')],
  ['answers twice', always(answer(200, 'one') + answer(200, 'two'))],
  ['upgrades', always('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')],
  ['says too much', always(answer(200, 'x'.repeat(60_000)))],
  ['says too much as a success', always(answer(201, 'x'.repeat(60_000)))],
  ['says too much in an error', always(answer(500, 'x'.repeat(60_000)))],
  ['redirects', always(answer(302, '', 'Location: http://127.0.0.1:1/'))],
];

it('E1, E4, E5, E6, E8, E9, E10, E11, E13, E15: no hostile endpoint leaks a socket, a place, a timer or memory', async () => {
  let isGood = false;
  const servers = await Promise.all(hostile.map(([, script]) => rawServer((socket, count) => (isGood ? void socket.write(answer(200)) : script(socket, count)))));
  const selfSigned = await tlsServer(always(answer(200)), { cert: certificate, key: privateKey });
  const stalled = await rawServer(() => undefined);
  const long = servers.filter((_, index) => hostile[index]?.[0].startsWith('says too much'));
  const before = resources();

  const client = aClient({
    timeoutMs: TIMEOUT_MS,
    connectionsPerOrigin: 2,
    resolve: (name) => (name.startsWith('hangs') ? new Promise(() => undefined) : Promise.reject(new Error('no such name'))),
  });
  const urls = [
    ...servers.map(({ url }) => url), selfSigned.url, `https://127.0.0.1:${stalled.port}/`,
    'http://hangs.example.com/', 'http://nothing.example.com/', 'http://10.0.0.1/', 'http://127.0.0.1:1/',
  ];
  const round = async (rounds: number) => {
    for (let index = 0; index < rounds; index += 1) await Promise.all(urls.flatMap((url) => [1, 2, 3].map(() => client.post(aRequest(url)))));
    for (const server of [...servers, selfSigned, stalled]) server.requests.length = server.connections.length = 0;
  };

  await round(5);
  const usual = memory();
  await round(10);
  for (let index = 0; index < 100; index += 1) await Promise.all(long.map(({ url }) => client.post(aRequest(url, { timeoutMs: 10_000 }))));
  // Node’s own buffers come and go by 3 MB; the long answers are 18 MB.
  await eventually(() => memory() - usual < 6_000_000);

  isGood = true;
  const recovered = await Promise.all(servers.flatMap(({ url }) => [1, 2, 3, 4].map(() => client.post(aRequest(url, { timeoutMs: 10_000 })))));
  expect(recovered.every((result) => answered(result).statusCode === 200)).toBe(true);

  await eventually(() => client.sockets === 0 && client.origins === 0);
  await eventually(() => isNoMore(resources(), before));
}, 60_000);

function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The deadline of whoever waits is a timer, too. */
function isNoMore(now: Map<string, number>, before: Map<string, number>): boolean {
  return [...now].every(([name, count]) => count <= (before.get(name) ?? 0) + (name === 'Timeout' ? 1 : 0));
}
