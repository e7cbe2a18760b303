import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Module } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { ServiceName } from '@buildwire/contracts';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Broker, CoreNats, JetStreamServer, MessagingModule, Publisher } from '../index.js';

@Module({})
class ServiceModule {}

export interface RunningService {
  publisher: Publisher;
  broker: Broker;
  nats: CoreNats;
  stop(): Promise<void>;
}

/** A process with nothing but messaging and the handlers given. */
export async function startService(url: string, services: ServiceName[], controllers: Type[], concurrency = 8): Promise<RunningService> {
  const messaging = MessagingModule.forServices({ url, name: 'spec', services, replicas: 1, concurrency });
  const app = await NestFactory.create({ module: ServiceModule, imports: [messaging], controllers }, new FastifyAdapter(), { logger: false, abortOnError: false });
  const server = app.get(JetStreamServer);
  app.connectMicroservice<MicroserviceOptions>({ strategy: server });
  await app.startAllMicroservices();
  await app.init();
  if (await app.get(Broker).whenConnected(5_000)) await server.ready();
  return { publisher: app.get(Publisher), broker: app.get(Broker), nats: app.get(CoreNats), stop: () => app.close() };
}
