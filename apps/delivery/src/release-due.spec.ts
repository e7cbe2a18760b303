import 'reflect-metadata';
import { deliveryRendered } from '@buildwire/contracts';
import { Database, DatabaseModule, migrate } from '@buildwire/database';
import { Backlog, Broker, JetStreamServer, MessagingModule } from '@buildwire/messaging';
import { eventually, startTestNats, startTestPostgres } from '@buildwire/testing';
import type { TestNats, TestPostgres } from '@buildwire/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DueClaims } from './due-claims.repository.js';
import { DueStore } from './due-store.repository.js';
import { ReleaseDue } from './release-due.js';
import { ReleaseRate } from './release-rate.js';
import { aDelivery } from './spec-support/deliveries.js';
import { TendDueStore } from './tend-due-store.js';

const ROOM = 1_000;

@Module({})
class SpecModule {}

let nats: TestNats;
let postgres: TestPostgres;
let app: INestApplicationContext;
let database: Database;

/** Nobody takes what is released. */
beforeAll(async () => {
  [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const { url } = await postgres.createDatabase(migrate);
  const imports = [MessagingModule.forServices({ url: nats.url, name: 'spec', services: [], replicas: 1, concurrency: 1 }), DatabaseModule.forRoot({ url, applicationName: 'spec', poolSize: 4 })];
  const providers = [DueStore, DueClaims, ReleaseDue, TendDueStore, { provide: ReleaseRate, useValue: new ReleaseRate(5_000, { newestAtMs: 0 }) }];
  app = await NestFactory.createApplicationContext({ module: SpecModule, imports, providers }, { logger: ['error'] });
  await app.get(Broker).whenConnected(5_000);
  await app.get(JetStreamServer).ready();
  database = app.get(Database);
});
afterAll(async () => {
  await app.close();
  await database.close();
  await Promise.all([nats.stop(), postgres.stop()]);
});

describe('the release of what is due', () => {
  it('fills the retry lane to its bound, leaves the rest in Postgres, and goes on when there is room', async () => {
    const dues = Array.from({ length: 3 * ROOM }, (_, index) => ({ delivery: aDelivery({ attempt: 2, webhookId: `whk_${String(index % 300).padStart(26, '0')}` }), dueAtMs: index }));
    await app.get(DueStore).schedule(dues);
    await eventually(async () => expect(await inLane()).toBe(ROOM), { timeoutMs: 20_000 });
    // Nothing more comes, however often it looks.
    await eventually(async () => expect(await inState('sent')).toBe(ROOM));
    expect(await inState('waiting')).toBe(2 * ROOM);

    await emptyTheLane();
    await eventually(async () => expect(await inState('sent')).toBe(2 * ROOM), { timeoutMs: 20_000 });
    expect(await inLane()).toBe(ROOM);
  });

  it('sends again what NATS lost', async () => {
    await emptyTheLane();
    await eventually(async () => expect(await inState('sent')).toBe(3 * ROOM), { timeoutMs: 20_000 });
    await emptyTheLane();
    await app.get(TendDueStore).takeBackLost();
    expect(await inLane()).toBe(0);
    // Another turn, because the stream still swallows this one: an hour later it would not.
    await database.query(`UPDATE delivery.due SET updated_at = now() - interval '2 hours', postponements = 1, record = jsonb_set(record::jsonb, '{postponements}', '1')::json
                           WHERE delivery_id IN (SELECT delivery_id FROM delivery.due LIMIT 7)`);
    await app.get(TendDueStore).takeBackLost();
    await eventually(async () => expect(await inLane()).toBe(7));
  });
});

function inLane(): Promise<number> {
  return app.get(Backlog).unsettled(deliveryRendered.stream, 'delivery-retry');
}

async function inState(state: string): Promise<number> {
  const [row] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM delivery.due WHERE state = $1', [state]);
  return row?.count ?? 0;
}

async function emptyTheLane(): Promise<void> {
  const connection = await connect({ servers: nats.url });
  await (await jetstreamManager(connection)).streams.purge(deliveryRendered.stream);
  await connection.close();
}
