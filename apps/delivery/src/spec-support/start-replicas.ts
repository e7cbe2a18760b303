import type { EventAccepted, WebhookRefused } from '@buildwire/contracts';
import { eventAccepted, newId, webhookRefused } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { Broker, CoreNats, DeadLetters, JetStreamServer, Publisher, recordsOf } from '@buildwire/messaging';
import { startTestNats, startTestPostgres } from '@buildwire/testing';
import type { TestNats, TestPostgres } from '@buildwire/testing';
import { EndpointCircuits } from '../endpoint-circuits.js';
import { EndpointHealth } from '../endpoint-health.js';
import { EndpointHealthStore } from '../endpoint-health.repository.js';
import { SharedCircuits } from '../shared-circuits.js';

export const ORGANIZATION = 'org_spec';

/** What one process of the delivery service knows of endpoints. */
export interface Replica {
  circuits: EndpointCircuits;
  health: EndpointHealth;
  store: EndpointHealthStore;
  database: Database;
  publisher: Publisher;
  stop(): Promise<void>;
}

export interface Replicas {
  nats: TestNats;
  postgres: TestPostgres;
  /** Of the specs themselves. */
  database: Database;
  /** What was told since the start. */
  events: EventAccepted['event'][];
  refusals: WebhookRefused[];
  start(): Promise<Replica>;
  aWebhook(): Promise<string>;
  stop(): Promise<void>;
}

/** NATS with its streams and a migrated Postgres, for any number of replicas. */
export async function startReplicas(): Promise<Replicas> {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const { url } = await postgres.createDatabase(migrate);
  const database = new Database({ url, applicationName: 'spec', poolSize: 4 });
  await database.query('insert into matching.organization (id, name) values ($1, $1)', [ORGANIZATION]);
  const { broker, publisher } = await connected(nats.url);
  await new JetStreamServer(broker, new DeadLetters(publisher), { services: [], replicas: 1, concurrency: 1 }).ready();
  const running: Replica[] = [];
  const events: EventAccepted['event'][] = [];
  const refusals: WebhookRefused[] = [];
  broker.nats.subscribe('buildwire.event.accepted.*', { callback: (_, { data }) => void events.push(...recordsOf(eventAccepted, data).map(({ event }) => event)) });
  broker.nats.subscribe('buildwire.webhook.refused.*', { callback: (_, { data }) => void refusals.push(...recordsOf(webhookRefused, data)) });

  async function stop(): Promise<void> {
    await Promise.all(running.map((replica) => replica.stop()));
    await broker.onApplicationShutdown();
    await database.close();
    await Promise.all([nats.stop(), postgres.stop()]);
  }
  const start = async () => {
    const replica = await startReplica(nats.url, url);
    running.push(replica);
    return replica;
  };
  return { nats, postgres, database, events, refusals, start, aWebhook: () => insertWebhook(database), stop };
}

/** An attempt's endpoint. */
export function anEndpoint(webhookId: string) {
  return { organizationId: ORGANIZATION, webhookId, appId: 'mygame' };
}

async function startReplica(natsUrl: string, databaseUrl: string): Promise<Replica> {
  const database = new Database({ url: databaseUrl, applicationName: 'spec', poolSize: 4 });
  const { broker, publisher } = await connected(natsUrl);
  const circuits = new EndpointCircuits();
  const store = new EndpointHealthStore(database);
  const shared = await SharedCircuits.started(circuits, store, new CoreNats(broker), publisher);
  const health = new EndpointHealth(store, shared);
  shared.onModuleInit();
  health.onModuleInit();
  let stopped: Promise<void> | undefined;
  const end = async () => {
    await Promise.all([health.beforeApplicationShutdown(), shared.beforeApplicationShutdown(), publisher.beforeApplicationShutdown()]);
    circuits.onApplicationShutdown();
    await broker.onApplicationShutdown();
    await database.close();
  };
  return { circuits, health, store, database, publisher, stop: () => (stopped ??= end()) };
}

async function connected(url: string): Promise<{ broker: Broker; publisher: Publisher }> {
  const broker = new Broker({ url, name: 'spec' });
  await broker.whenConnected(5_000);
  return { broker, publisher: new Publisher(broker) };
}

async function insertWebhook(database: Database): Promise<string> {
  const id = newId('whk');
  await database.query(
    `insert into matching.webhook (organization_id, id, name, url, format, dialect, options, events, active, headers, updated_at)
     values ($1, $2, 'CI', 'https://example.com/hook', 'raw', 'buildwire', '{}', '{*}', true, '{}', now() - interval '1 year')`,
    [ORGANIZATION, id],
  );
  return id;
}
