import { DELIVERY_REPLICAS_SUBJECT } from '@buildwire/contracts';
import { Broker, CoreNats } from '@buildwire/messaging';
import { eventually, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ReplicaCount } from './replica-count.js';

interface Replica {
  replicas: ReplicaCount;
  stop(): Promise<void>;
}

let server: TestNats;
let replicas: Replica[];
beforeAll(async () => {
  Logger.overrideLogger(['error']);
  server = await startTestNats();
  replicas = [startReplica(), startReplica(), startReplica()];
});
afterAll(async () => {
  vi.useRealTimers();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await server.stop();
});

it('is what every replica says of itself; it stays while NATS is away, and follows those who leave', async () => {
  await eventually(() => expect(counts()).toEqual([3, 3, 3]));
  vi.useFakeTimers({ toFake: ['performance'] });
  await server.kill();
  vi.advanceTimersByTime(60_000);
  const said = announcements(12);
  const seen = new Set<string>();
  const watch = setInterval(() => seen.add(counts().join()), 1);
  await server.restart();
  await said;
  clearInterval(watch);
  expect([...seen]).toEqual(['3,3,3']);

  await replicas.pop()?.stop();
  vi.advanceTimersByTime(2_600);
  await announcements(6);
  vi.advanceTimersByTime(1_000);
  await announcements(6);
  expect(counts()).toEqual([2, 2]);
});

function counts(): number[] {
  return replicas.map(({ replicas: { count } }) => count);
}

/** Resolves when replicas have said this often that they live. */
async function announcements(count: number): Promise<void> {
  const broker = new Broker({ url: server.url, name: 'spec' });
  const nats = new CoreNats(broker);
  let heard = 0;
  await new Promise<void>((resolve) => nats.listen(DELIVERY_REPLICAS_SUBJECT, () => (++heard === count ? resolve() : undefined)));
  await nats.beforeApplicationShutdown();
  await broker.onApplicationShutdown();
}

function startReplica(): Replica {
  const broker = new Broker({ url: server.url, name: 'spec' });
  const nats = new CoreNats(broker);
  const count = new ReplicaCount(nats);
  count.onModuleInit();
  const stop = async () => {
    count.beforeApplicationShutdown();
    await nats.beforeApplicationShutdown();
    await broker.onApplicationShutdown();
  };
  return { replicas: count, stop };
}
