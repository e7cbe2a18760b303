import 'reflect-metadata';
import { deliveryAttempted, deliveryClosed, deliveryIdOf, deliveryMatched, deliveryPostponed, deliveryRendered, exampleMessage, millisecondsOf, newId, webhookResumed, webhookStopped } from '@buildwire/contracts';
import type { DeliveryMatched, RenderedDelivery } from '@buildwire/contracts';
import { Broker, JetStreamServer, MessagingModule, OnMessages, Publisher } from '@buildwire/messaging';
import { eventually, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RenderDeliveryHandler } from './render-delivery.handler.js';
import { RenderingModule } from './rendering.module.js';

let received: RenderedDelivery[] = [];

/** Stands where the delivery service does. */
@Controller()
class ReceiveDeliveries {
  @OnMessages('delivery', deliveryRendered)
  async handle(records: RenderedDelivery[]): Promise<void> {
    received.push(...records);
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

@Module({})
class SpecModule {}

let nats: TestNats;
let app: INestApplication;

beforeAll(async () => {
  nats = await startTestNats();
  const messaging = MessagingModule.forServices({ url: nats.url, name: 'spec', services: ['rendering', 'delivery'], replicas: 1, concurrency: 8 });
  const root = { module: SpecModule, imports: [messaging, RenderingModule.register({ publicUrl: 'https://hooks.pixelforge.example', secretsKey: 'an example of a key and no secret' })], controllers: [ReceiveDeliveries] };
  app = await NestFactory.create(root, new FastifyAdapter(), { logger: false, abortOnError: false });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(JetStreamServer) });
  await app.startAllMicroservices();
  await app.init();
  await app.get(Broker).whenConnected(5_000);
  await app.get(JetStreamServer).ready();
});
afterAll(async () => {
  await app.close();
  await nats.stop();
});
beforeEach(() => {
  received = [];
});

describe('rendering', () => {
  it('hands one rendered delivery for each webhook to the delivery service', async () => {
    const match = exampleMessage('delivery.matched');
    await app.get(Publisher).publish(deliveryMatched, match);
    await eventually(() => expect(received).toHaveLength(match.deliveries.length));
    expect(received.find(({ deliveryId }) => deliveryId === match.deliveries[0]?.id)).toEqual(deliveryRendered.units?.of(exampleMessage('delivery.rendered'))[0]);
  });

  it('says so when what it renders was worked on before', async () => {
    const aMatch = () => ({ ...exampleMessage('delivery.matched'), deliveries: [{ id: newId('dlv'), webhookId: newId('whk') }] });
    await app.get(Publisher).publish(deliveryMatched, { ...aMatch(), again: true });
    await app.get(RenderDeliveryHandler).handle([aMatch()], [{ sequence: 1, index: 0, redelivered: true }]);
    await app.get(RenderDeliveryHandler).handle([aMatch()], [{ sequence: 2, index: 0, redelivered: false }]);
    await eventually(() => expect(received).toHaveLength(3));
    expect(received.filter(({ again }) => again === true)).toHaveLength(2);
  });

  it('gets two hundred webhooks of each of the largest events through, though they do not fit the publisher at once', async () => {
    const matches = [aWideMatch('evt_large_1'), aWideMatch('evt_large_2')];
    await app.get(Publisher).publishAll(deliveryMatched, matches);
    const wanted = matches.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)).sort();
    await eventually(() => expect(received.length).toBeGreaterThanOrEqual(wanted.length), { timeoutMs: 25_000 });
    expect(received.map(({ deliveryId }) => deliveryId).sort()).toEqual(wanted);
  });
});

function aWideMatch(eventId: string): DeliveryMatched {
  const { organizationId, event, variant } = exampleMessage('delivery.matched');
  const identity = { organizationId, eventId, receivedAtMs: millisecondsOf(event.receivedAt) };
  const webhooks = Array.from({ length: 200 }, () => newId('whk'));
  const large = { ...event, id: eventId, notes: 'n'.repeat(250 * 1024) };
  return { organizationId, event: large, variant, deliveries: webhooks.map((webhookId) => ({ id: deliveryIdOf(identity, webhookId), webhookId })) };
}
