import 'reflect-metadata';
import { deliveryAttempted, deliveryClosed, deliveryPostponed, messageDeadLettered, newId } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryClosed, DeliveryPostponed, ServiceName } from '@buildwire/contracts';
import { Database, DatabaseModule, SecretBox, migrate, webhookSecretContext } from '@buildwire/database';
import { Broker, JetStreamServer, MessagingModule, OnMessages } from '@buildwire/messaging';
import { startTestNats, startTestPostgres } from '@buildwire/testing';
import { Controller, Module } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DeliveryModule } from '../delivery.module.js';
import { SECRET } from './settings.js';

export const ORGANIZATION = 'org_spec';
const SECRETS_KEY = 'a-key-for-specs-of-32-characters-or-more';

/** What the log gets. */
@Controller()
export class Log {
  readonly attempted: DeliveryAttempted[] = [];
  readonly postponed: DeliveryPostponed[] = [];
  readonly closed: DeliveryClosed[] = [];

  @OnMessages('delivery-log', deliveryAttempted)
  async attempts(records: DeliveryAttempted[]): Promise<void> {
    this.attempted.push(...records);
  }

  @OnMessages('delivery-log', deliveryPostponed)
  async postponements(records: DeliveryPostponed[]): Promise<void> {
    this.postponed.push(...records);
  }

  @OnMessages('delivery-log', deliveryClosed)
  async closures(records: DeliveryClosed[]): Promise<void> {
    this.closed.push(...records);
  }

  @OnMessages('delivery-log', messageDeadLettered)
  async deadLetters(): Promise<void> {}
}

@Module({})
class ProcessModule {}

export interface DeliveryStack {
  app: INestApplication;
  database: Database;
  log: Log;
  /** A stored webhook with one secret. */
  aWebhook(url: string): Promise<string>;
  /** One more process of the delivery service. */
  addReplica(): Promise<void>;
  stop(): Promise<void>;
}

/** NATS, a migrated Postgres and the delivery service on them, which may reach loopback. */
export async function startDelivery({ slots = 32 } = {}): Promise<DeliveryStack> {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const { url } = await postgres.createDatabase(migrate);
  const app = await startProcess(nats.url, url, ['delivery', 'delivery-log'], [Log], slots);
  const database = app.get(Database);
  await database.query('insert into matching.organization (id, name) values ($1, $1)', [ORGANIZATION]);

  const replicas: INestApplication[] = [];
  async function stop(): Promise<void> {
    await Promise.all(replicas.map((replica) => replica.close()));
    await app.close();
    await Promise.all([database, ...replicas.map((replica) => replica.get(Database))].map((open) => open.close()));
    await Promise.all([nats.stop(), postgres.stop()]);
  }
  const addReplica = async () => void replicas.push(await startProcess(nats.url, url, ['delivery'], [], slots));
  return { app, database, log: app.get(Log), aWebhook: (to) => insertWebhook(database, to), addReplica, stop };
}

async function startProcess(natsUrl: string, databaseUrl: string, services: ServiceName[], controllers: Type[], slots: number): Promise<INestApplication> {
  const imports = [
    MessagingModule.forServices({ url: natsUrl, name: 'spec', services, replicas: 1, concurrency: 2 * slots }),
    DatabaseModule.forRoot({ url: databaseUrl, applicationName: 'spec', poolSize: 8, secretsKey: SECRETS_KEY }),
    DeliveryModule.register({ outboundAllow: 'loopback', slots, retriesPerSecond: 500 }),
  ];
  const app = await NestFactory.create({ module: ProcessModule, imports, controllers }, new FastifyAdapter(), { logger: ['error'], abortOnError: false });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(JetStreamServer) });
  await app.startAllMicroservices();
  await app.init();
  await app.get(Broker).whenConnected(5_000);
  await app.get(JetStreamServer).ready();
  return app;
}

async function insertWebhook(database: Database, url: string): Promise<string> {
  const id = newId('whk');
  await database.query(
    `insert into matching.webhook (organization_id, id, name, url, format, dialect, options, events, active, headers)
     values ($1, $2, 'CI', $3, 'raw', 'buildwire', '{}', '{*}', true, '{}')`,
    [ORGANIZATION, id, url],
  );
  const { sealed, keyId } = new SecretBox(SECRETS_KEY).seal(Buffer.from(SECRET), webhookSecretContext(ORGANIZATION, id));
  await database.query('insert into matching.webhook_secret (id, organization_id, webhook_id, sealed, key_id) values (gen_random_uuid(), $1, $2, $3, $4)', [ORGANIZATION, id, sealed, keyId]);
  return id;
}
