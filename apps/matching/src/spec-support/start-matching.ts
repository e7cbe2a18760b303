import 'reflect-metadata';
import { deliveryMatched } from '@buildwire/contracts';
import type { DeliveryMatched } from '@buildwire/contracts';
import { Database, DatabaseModule, migrate } from '@buildwire/database';
import { Broker, JetStreamServer, MessagingModule, OnMessages } from '@buildwire/messaging';
import { startTestNats, startTestPostgres } from '@buildwire/testing';
import type { TestNats, TestPostgres } from '@buildwire/testing';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MatchingModule } from '../matching.module.js';
import { DeliveryStage } from './delivery-stage.js';

/** What the next stage gets. */
@Controller()
export class Rendering {
  readonly matched: DeliveryMatched[] = [];

  @OnMessages('rendering', deliveryMatched)
  async collect(records: DeliveryMatched[]): Promise<void> {
    this.matched.push(...records);
  }
}

@Module({})
class ProcessModule {}

export interface MatchingStack {
  nats: TestNats;
  postgres: TestPostgres;
  startReplica(): Promise<INestApplication>;
  stop(): Promise<void>;
}

/** NATS and a migrated Postgres, and processes of `matching` on them; the first also collects what it publishes. */
export async function startMatching(): Promise<MatchingStack> {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const { url } = await postgres.createDatabase(migrate);
  const running: INestApplication[] = [];

  async function startReplica(): Promise<INestApplication> {
    const collects = running.length === 0;
    const imports = [
      MessagingModule.forServices({ url: nats.url, name: 'spec', services: collects ? ['matching', 'rendering', 'delivery'] : ['matching'], replicas: 1, concurrency: 8 }),
      DatabaseModule.forRoot({ url, applicationName: 'spec', poolSize: 4 }),
      MatchingModule.register({ secretsKey: 'a-key-for-specs-of-32-characters-or-more' }),
    ];
    const app = await NestFactory.create({ module: ProcessModule, imports, controllers: collects ? [Rendering, DeliveryStage] : [] }, new FastifyAdapter(), { logger: ['error'], abortOnError: false });
    running.push(app);
    app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(JetStreamServer) });
    await app.startAllMicroservices();
    await app.init();
    await app.get(Broker).whenConnected(5_000);
    await app.get(JetStreamServer).ready();
    return app;
  }

  async function stop(): Promise<void> {
    for (const app of running) {
      await app.close();
      await app.get(Database).close();
    }
    await Promise.all([nats.stop(), postgres.stop()]);
  }

  return { nats, postgres, startReplica, stop };
}
