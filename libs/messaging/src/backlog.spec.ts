import { UnavailableError, deliveryAttempted, deliveryRendered, exampleMessage } from '@buildwire/contracts';
import { freePort, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Backlog, Broker } from './index.js';
import { startService } from './spec-support/service.js';
import type { RunningService } from './spec-support/service.js';

const LANE = [deliveryRendered.stream, 'delivery-retry'] as const;

let nats: TestNats;
let service: RunningService;
let backlog: Backlog;

beforeAll(async () => {
  nats = await startTestNats();
  service = await startService(nats.url, [], []);
  backlog = new Backlog(service.broker);
});
afterAll(async () => {
  await service.stop();
  await nats.stop();
});

describe('the backlog of a consumer', () => {
  it('counts its own messages, those that wait and those that are being worked on', async () => {
    expect(await backlog.unsettled(...LANE)).toBe(0);
    const delivery = exampleMessage('delivery.rendered');
    const retries = [2, 3, 4].map((attempt) => ({ ...delivery, attempt }));
    await service.publisher.publishAll(deliveryRendered, [delivery, ...retries]);
    expect(await backlog.unsettled(...LANE)).toBe(3);

    const connection = await connect({ servers: nats.url });
    const manager = await jetstreamManager(connection);
    const consumer = await manager.jetstream().consumers.get(...LANE);
    const first = await consumer.next();
    expect(await backlog.unsettled(...LANE)).toBe(3);
    await first?.ackAck();
    expect(await backlog.unsettled(...LANE)).toBe(2);
    await connection.close();
  });

  it('tells when the oldest was stored, and nothing if there is none', async () => {
    expect(await backlog.oldestAtMs(deliveryRendered.stream, 'delivery-bulk')).toBeUndefined();
    expect(await backlog.oldestAtMs(deliveryAttempted.stream, 'delivery')).toBeUndefined();
    const beforeMs = Date.now();
    await service.publisher.publish(deliveryAttempted, exampleMessage('delivery.attempted'));
    const oldest = await backlog.oldestAtMs(deliveryAttempted.stream, 'delivery');
    expect(oldest).toBeGreaterThanOrEqual(beforeMs - 1);
    expect(oldest).toBeLessThanOrEqual(Date.now() + 1);
    await service.publisher.publish(deliveryAttempted, { ...exampleMessage('delivery.attempted'), attemptId: 'att_01KR96Y67GG2097YBTYWGVBZET' });
    expect(await backlog.oldestAtMs(deliveryAttempted.stream, 'delivery')).toBe(oldest);
  });

  it('is not known while NATS is away', async () => {
    const broker = new Broker({ url: `nats://127.0.0.1:${await freePort()}`, name: 'spec' });
    await expect(new Backlog(broker).unsettled(...LANE)).rejects.toThrow(UnavailableError);
    await broker.onApplicationShutdown();
  });
});
