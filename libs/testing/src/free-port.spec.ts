import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from './free-port.js';

it('is given once, and can be listened on', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, () => freePort()));
  expect(new Set(ports).size).toBe(100);
  const server = createServer().listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

it('is none that somebody listens on', async () => {
  const server = createServer().listen((await freePort()) + 1, '127.0.0.1');
  await once(server, 'listening');
  expect(await freePort()).not.toBe((server.address() as AddressInfo).port);
  server.close();
});

it('is none that the kernel may give to somebody else meanwhile', async () => {
  expect(await freePort()).toBeLessThan(32_768);
});
