import { MAX_BATCH_BYTES } from '@buildwire/contracts';
import { Database, hashOfKey, migrate } from '@buildwire/database';
import { hostService } from '@buildwire/service-host';
import { freePort, startTestNats, startTestPostgres } from '@buildwire/testing';
import type { TestNats, TestPostgres } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { grpcServer } from '../grpc-server.js';
import { IngestionModule } from '../ingestion.module.js';
import { openStreams } from './stored.js';
import type { Streams } from './stored.js';

/** Keys of two organizations that meet each other nowhere. */
export const KEY_A = 'bw_key_of_a';
export const KEY_B = 'bw_key_of_b';

export interface Ingestion {
  app: INestApplication;
  url: string;
  grpcAddress: string;
  nats: TestNats;
  postgres: TestPostgres;
  streams: Streams;
  stop(): Promise<void>;
}

/** The service as `main.ts` wires it, with a NATS and a Postgres of its own, `org_a` and `org_b`. */
export async function startIngestion(): Promise<Ingestion> {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const { url: databaseUrl } = await postgres.createDatabase(migrate);
  await addOrganizations(databaseUrl);
  const grpcAddress = `127.0.0.1:${await freePort()}`;
  const { app, url } = await host(nats.url, databaseUrl, grpcAddress);
  const streams = await openStreams(nats.url);
  const stop = async () => {
    await streams.close();
    await app.close();
    await app.get(Database).close();
    await Promise.all([nats.stop(), postgres.stop()]);
  };
  return { app, url, grpcAddress, nats, postgres, streams, stop };
}

function host(natsUrl: string, databaseUrl: string, grpcAddress: string): Promise<{ app: INestApplication; url: string }> {
  const config = { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, LOG_LEVEL: 'silent', NATS_URL: natsUrl, NATS_REPLICAS: 1, DATABASE_URL: databaseUrl };
  return new Promise((resolve, reject) => {
    const started = async (app: INestApplication, url: string) => resolve({ app, url });
    hostService({
      name: 'ingestion',
      services: ['ingestion'],
      config,
      bodyLimit: MAX_BATCH_BYTES,
      modules: [IngestionModule.register()],
      transports: [grpcServer(grpcAddress)],
      started,
    }).catch(reject);
  });
}

async function addOrganizations(url: string): Promise<void> {
  const database = new Database({ url, applicationName: 'spec', poolSize: 1 });
  for (const [name, key] of [['a', KEY_A], ['b', KEY_B]] as const) {
    await database.query('insert into matching.organization (id, name) values ($1, $2)', [`org_${name}`, name]);
    const sql = 'insert into matching.api_key (id, organization_id, hash, name, last_four) values ($1, $2, $3, $4, $5)';
    await database.query(sql, [`key_${name}`, `org_${name}`, hashOfKey(key), 'spec', key.slice(-4)]);
  }
  await database.close();
}
