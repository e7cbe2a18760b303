import { UnavailableError } from '@buildwire/contracts';
import { eventually, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from './spec-support/service.js';
import type { RunningService } from './spec-support/service.js';

let server: TestNats;
let asking: RunningService;
let serving: RunningService;
beforeAll(async () => {
  server = await startTestNats();
  [asking, serving] = [await startService(server.url, [], []), await startService(server.url, [], [])];
});
afterAll(async () => {
  await Promise.all([asking.stop(), serving.stop()]);
  await server.stop();
});

describe('a request over core NATS', () => {
  it('is answered by one of those who serve it', async () => {
    let served = 0;
    for (const { nats } of [asking, serving]) {
      nats.serve('spec.double', 'spec', async ({ data }) => {
        served += 1;
        return JSON.stringify({ doubled: 2 * JSON.parse(Buffer.from(data).toString()) });
      });
    }
    await serving.broker.nats.flush();
    expect(await asking.nats.request('spec.double', 21, { timeoutMs: 2_000 })).toEqual({ doubled: 42 });
    expect(served).toBe(1);
  });

  it('fails at once when nobody serves it', async () => {
    const began = performance.now();
    await expect(asking.nats.request('spec.nobody', {}, { timeoutMs: 30_000 })).rejects.toThrow(new UnavailableError('broker', { detail: 'nobody answers on spec.nobody' }));
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('fails in time when the answer does not come', async () => {
    let release: (answer: string) => void = () => undefined;
    serving.nats.serve('spec.slow', 'spec', () => new Promise((resolve) => (release = resolve)));
    await serving.broker.nats.flush();
    await expect(asking.nats.request('spec.slow', {}, { timeoutMs: 50 })).rejects.toThrow(UnavailableError);
    release('too late');
  });

  it('fails when whoever serves it fails', async () => {
    serving.nats.serve('spec.broken', 'spec', () => Promise.reject(new Error('broken')));
    await serving.broker.nats.flush();
    await expect(asking.nats.request('spec.broken', {}, { timeoutMs: 200 })).rejects.toThrow(UnavailableError);
  });

  it('fails at once while the broker is away, and is answered when it is back', async () => {
    await server.kill();
    await eventually(() => expect(asking.broker.isConnected).toBe(false));
    await expect(asking.nats.request('spec.double', 1, { timeoutMs: 30_000 })).rejects.toThrow(new UnavailableError('broker'));
    await server.restart();
    await eventually(async () => expect(await asking.nats.request('spec.double', 1, { timeoutMs: 1_000 })).toEqual({ doubled: 2 }));
  });
});
