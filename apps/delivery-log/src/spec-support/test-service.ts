import 'reflect-metadata';
import { problemOf } from '@buildwire/contracts';
import { Database, DatabaseModule, hashOfKey, migrate } from '@buildwire/database';
import { Broker, JetStreamServer, MessagingModule, Publisher } from '@buildwire/messaging';
import { toProblem } from '@buildwire/service-runtime';
import { startTestNats, startTestPostgres } from '@buildwire/testing';
import { Catch, Module } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { DeliveryLogModule } from '../delivery-log.module.js';

@Module({})
class ServiceModule {}

@Catch()
class Problems implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(toProblem(error));
    void host.switchToHttp().getResponse<FastifyReply>().status(problem.status).send(problem);
  }
}

/** The whole service with a broker and a database of its own. The key of `org_x` is `bw_org_x`. */
export async function startTestService(organizationIds: string[]) {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const { url } = await postgres.createDatabase(migrate);
  const app = await start(nats.url, url);
  const database = app.get(Database);
  for (const id of organizationIds) {
    await database.query(`insert into matching.organization (id, name) values ($1, $1)`, [id]);
    await database.query(`insert into matching.api_key (id, organization_id, hash, name, last_four) values ('key_' || $1, $1, $2, 'spec', 'spec')`, [id, hashOfKey(`bw_${id}`)]);
  }
  const stop = async () => {
    await app.close();
    await database.close();
    await Promise.all([nats.stop(), postgres.stop()]);
  };
  return { nats, postgres, database, publisher: app.get(Publisher), broker: app.get(Broker), stop, call: callOn(app) };
}

async function start(natsUrl: string, databaseUrl: string): Promise<NestFastifyApplication> {
  const imports = [
    MessagingModule.forServices({ url: natsUrl, name: 'spec', services: ['delivery-log'], replicas: 1, concurrency: 8 }),
    DatabaseModule.forRoot({ url: databaseUrl, applicationName: 'spec', poolSize: 4 }),
    DeliveryLogModule.register({ retentionDays: 30 }),
  ];
  const app = await NestFactory.create<NestFastifyApplication>({ module: ServiceModule, imports }, new FastifyAdapter(), { logger: false, abortOnError: false });
  app.useGlobalFilters(new Problems());
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(JetStreamServer) });
  await app.startAllMicroservices();
  await app.init();
  await app.get(Broker).whenConnected(5_000);
  await app.get(JetStreamServer).ready();
  return app;
}

function callOn(app: NestFastifyApplication) {
  return async (organizationId: string, url: string, method: 'GET' | 'POST' = 'GET', body?: object) => {
    const answer = await app.inject({ method, url, headers: { authorization: `Bearer bw_${organizationId}` }, ...(body === undefined ? {} : { payload: body }) });
    return { status: answer.statusCode, body: answer.json<unknown>() };
  };
}
