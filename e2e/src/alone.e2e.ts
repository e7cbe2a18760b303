import { afterEach, describe, expect, it } from 'vitest';
import { eventually, freePort } from '@buildwire/testing';
import { Service } from './support/service.js';
import { SERVICES } from './support/stack.js';

let service: Service;
afterEach(async () => void (await service.stop()));

describe('a service alone', () => {
  it.each(SERVICES)('%s starts without NATS and Postgres, is alive but not ready, and stops cleanly', async (name) => {
    const [port, grpcPort, nowhere] = await Promise.all([freePort(), freePort(), freePort()]);
    service = new Service(
      name,
      {
        HTTP_PORT: String(port),
        GRPC_PORT: String(grpcPort),
        SECRETS_KEY: 'x'.repeat(32),
        NATS_URL: `nats://127.0.0.1:${nowhere}`,
        DATABASE_URL: `postgres://nobody@127.0.0.1:${nowhere}/nothing`,
      },
      `http://127.0.0.1:${port}`,
    );
    service.start();
    await eventually(async () => expect((await fetch(`${service.url}/healthz`)).status).toBe(200));
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
    expect(await service.stop()).toBe(0);
  });

  it('names what its environment lacks', async () => {
    service = new Service('delivery', { DELIVERY_CONCURRENCY: 'many' }, 'http://127.0.0.1:1');
    service.start();
    await eventually(() => expect(service.stderr).toMatch(/not usable[^]*DELIVERY_CONCURRENCY[^]*/));
    expect(service.stderr).toContain('SECRETS_KEY');
  });
});
