import 'reflect-metadata';
import { ArtifactLinks, problemOf } from '@buildwire/contracts';
import type { Artifact, Event } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { toProblem } from '@buildwire/service-runtime';
import { startTestPostgres } from '@buildwire/testing';
import { Catch, Module } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { ArtifactDelivery } from '../artifact-delivery.js';
import { ArtifactsController } from '../artifacts.controller.js';
import { Events } from '../events.query.js';
import { anEvent } from './an-event.js';

@Catch()
class Problems implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(toProblem(error));
    void host.switchToHttp().getResponse<FastifyReply>().status(problem.status).header('content-type', 'application/problem+json').send(problem);
  }
}

@Module({})
class DownloadsModule {}

export const SECRETS_KEY = 'a-key-for-specs-of-32-characters-or-more';

/** The download route over HTTP, on a database of its own, once for each delivery. */
export async function startDownloads(deliveries: Record<string, ArtifactDelivery>) {
  const postgres = await startTestPostgres();
  const { url } = await postgres.createDatabase(migrate);
  const database = new Database({ url, applicationName: 'spec', poolSize: 4 });
  const apps = await Promise.all(Object.entries(deliveries).map(async ([name, delivery]) => [name, await appOf(database, delivery)] as const));
  const urls = Object.fromEntries(await Promise.all(apps.map(async ([name, app]) => [name, await app.getUrl()] as const)));
  let count = 0;

  /** The path of a link to an artifact that an event of now has. */
  async function linkTo(artifact: Artifact, { organizationId = 'org_a', receivedAt = new Date().toISOString().replace('Z', '000Z') } = {}): Promise<string> {
    const event = anEvent({ id: `evt_${(count += 1)}`, organization: { id: organizationId }, receivedAt, build: { id: 'b1', artifacts: [{ url: 'https://a.example/other' }, artifact] } });
    await store(event);
    return new URL(new ArtifactLinks('http://x', SECRETS_KEY).urlOf(event, event.build?.artifacts?.[1] ?? artifact)).pathname;
  }

  async function store(event: Event): Promise<void> {
    await database.query(
      `insert into matching.event (organization_id, id, stream_sequence, record_index, type, app_id, subject_id, occurred_at, received_at, body, deliveries)
       values ($1, $2, 1, 0, $3, $4, $5, $6, $7, $8, '[]')`,
      [event.organization.id, event.id, event.type, event.app.id, event.subject.id, event.occurredAt, event.receivedAt, JSON.stringify(event)],
    );
  }

  async function stop(): Promise<void> {
    for (const [, app] of apps) await app.close();
    await database.close();
    await postgres.stop();
  }

  return { urls, linkTo, store, stop };
}

async function appOf(database: Database, delivery: ArtifactDelivery) {
  const providers = [
    { provide: Database, useValue: database },
    { provide: ArtifactLinks, useValue: new ArtifactLinks('', SECRETS_KEY) },
    { provide: ArtifactDelivery, useValue: delivery },
    Events,
  ];
  const app = await NestFactory.create({ module: DownloadsModule, controllers: [ArtifactsController], providers }, new FastifyAdapter({ forceCloseConnections: true, routerOptions: { maxParamLength: 700 } }), { logger: ['error'], abortOnError: false });
  app.useGlobalFilters(new Problems());
  await app.listen(0, '127.0.0.1');
  return app;
}
