import { deliveryAttempted, deliveryClosed, deliveryPostponed, deliveryRendered, exampleMessage, newId, webhookResumed, webhookStopped } from '@buildwire/contracts';
import type { RenderedDeliveries, RenderedDelivery } from '@buildwire/contracts';
import { eventually, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { Controller } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Backlog, OnMessage, OnMessages } from './index.js';
import type { Turn } from './index.js';
import { startService } from './spec-support/service.js';
import type { RunningService } from './spec-support/service.js';

interface Call {
  delivery: RenderedDelivery;
  turn: Turn;
  finish(): void;
}

let calls: Call[] = [];

@Controller()
class Send {
  @OnMessage('delivery', deliveryRendered)
  async send(delivery: RenderedDelivery, turn: Turn): Promise<void> {
    await new Promise<void>((finish) => calls.push({ delivery, turn, finish }));
  }

  @OnMessages('delivery', deliveryAttempted)
  async attempted(): Promise<void> {}

  @OnMessages('delivery', deliveryPostponed)
  async postponed(): Promise<void> {}

  @OnMessages('delivery', deliveryClosed)
  async closed(): Promise<void> {}

  @OnMessages('delivery', webhookStopped)
  async stopped(): Promise<void> {}

  @OnMessages('delivery', webhookResumed)
  async resumed(): Promise<void> {}
}

const CONCURRENCY = 4;
let nats: TestNats;
let service: RunningService;
beforeAll(async () => {
  nats = await startTestNats();
  service = await startService(nats.url, ['delivery'], [Send], CONCURRENCY);
});
afterAll(async () => {
  await service.stop();
  await nats.stop();
});
beforeEach(() => {
  calls = [];
});

describe('deliveries of one record', () => {
  it('are handled each on its own, and acknowledged together', async () => {
    await service.publisher.publish(deliveryRendered, aRecord(3));
    await eventually(() => expect(calls).toHaveLength(3));
    expect(new Set(calls.map(({ delivery }) => delivery.deliveryId)).size).toBe(3);
    expect(calls.map(({ turn }) => turn.index)).toEqual([0, 1, 2]);
    expect(calls.every(({ turn }) => !turn.redelivered)).toBe(true);

    for (const call of calls.slice(1)) call.finish();
    expect(await unsettled('new')).toBe(1);
    calls[0]?.finish();
    await eventually(async () => expect(await unsettled('new')).toBe(0));
  });

  it('share a message with other records, up to its limit', async () => {
    await service.publisher.publishAll(deliveryRendered, [aRecord(20), aRecord(12), aRecord(1)]);
    await finishAll(33);
    const sequences = calls.map(({ turn }) => turn.sequence);
    expect(sequences.filter((sequence) => sequence === sequences[0])).toHaveLength(32);
    expect(new Set(sequences).size).toBe(2);
  });

  it.each([
    ['a retry', { attempt: 2, trigger: 'retry' }],
    ['a test', { trigger: 'test' }],
  ] as const)('share it not with %s', async (_, over) => {
    await service.publisher.publishAll(deliveryRendered, [aRecord(1), { ...aRecord(1), ...over }, { ...aRecord(1), ...over }, aRecord(1)]);
    await finishAll(4);
    expect(new Set(calls.map(({ delivery, turn }) => `${delivery.trigger} ${turn.sequence}`)).size).toBe(over.trigger === 'retry' ? 3 : 4);
  });
});

describe('a delivery that steps aside', () => {
  it('lets another begin, and still keeps the service from ending', async () => {
    await service.publisher.publish(deliveryRendered, aRecord(CONCURRENCY + 1));
    await eventually(() => expect(calls).toHaveLength(CONCURRENCY));
    calls[0]?.turn.stepAside();
    calls[0]?.turn.stepAside();
    await eventually(() => expect(calls).toHaveLength(CONCURRENCY + 1));

    let hasEnded = false;
    const ending = service.stop().then(() => (hasEnded = true));
    for (const call of calls.slice(1)) call.finish();
    expect(hasEnded).toBe(false);
    calls[0]?.finish();
    await ending;
    service = await startService(nats.url, ['delivery'], [Send], CONCURRENCY);
    expect(await unsettled('new')).toBe(0);
  });
});

describe('a delivery that comes back', () => {
  it('counts again, beyond the limit, so that none is begun before there is room', async () => {
    await service.publisher.publish(deliveryRendered, aRecord(CONCURRENCY + 3));
    await eventually(() => expect(calls).toHaveLength(CONCURRENCY));
    const comeBack = calls[0]?.turn.stepAside();
    await eventually(() => expect(calls).toHaveLength(CONCURRENCY + 1));
    comeBack?.();
    calls[1]?.finish();
    await service.publisher.publish(deliveryRendered, { ...aRecord(1), trigger: 'test' });
    expect(calls).toHaveLength(CONCURRENCY + 1);
    calls[2]?.finish();
    await eventually(() => expect(calls).toHaveLength(CONCURRENCY + 2));
    await finishAll(CONCURRENCY + 4);
  });
});

function aRecord(deliveries: number): RenderedDeliveries {
  return { ...exampleMessage('delivery.rendered'), deliveries: Array.from({ length: deliveries }, () => ({ id: newId('dlv'), webhookId: newId('whk') })) };
}

function unsettled(lane: 'new' | 'retry'): Promise<number> {
  return new Backlog(service.broker).unsettled(deliveryRendered.stream, `delivery-${lane}`);
}

/** Every handler returns until so many have. */
async function finishAll(count: number): Promise<void> {
  await eventually(() => {
    for (const call of calls) call.finish();
    expect(calls).toHaveLength(count);
  });
  await eventually(async () => expect((await unsettled('new')) + (await unsettled('retry'))).toBe(0));
}
