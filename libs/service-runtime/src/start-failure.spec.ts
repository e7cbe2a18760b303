import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startFailureOf } from './start-failure.js';

const config = { HTTP_HOST: '127.0.0.1', HTTP_PORT: 8080, GRPC_PORT: 50_051, NATS_REPLICAS: 8081 };

describe('why a process did not start', () => {
  it('is a busy port with the variable that changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [error] = (await once(createServer().listen(port, '127.0.0.1'), 'error')) as [Error];
    server.close();
    expect(startFailureOf(error, { ...config, HTTP_PORT: port })).toBe(`127.0.0.1:${port} is in use; set HTTP_PORT to another port, or to 0 for any free one`);
  });

  it('is the port of gRPC as grpc-js words it', () => {
    const error = new Error('No address added out of total 1 resolved errors: [listen EADDRINUSE: address already in use 127.0.0.1:50051]');
    expect(startFailureOf(error, config)).toMatch(/^127\.0\.0\.1:50051 is in use; set GRPC_PORT /);
  });

  it('is else the error with its stack', () => {
    expect(startFailureOf(new TypeError('no such thing'), config)).toMatch(/^TypeError: no such thing\n +at /);
    expect(startFailureOf(new Error('listen EADDRINUSE: address already in use ::1:8081'), config)).toMatch(/^Error: listen EADDRINUSE/);
    expect(startFailureOf('a text', config)).toBe('a text');
  });
});
