import { randomBytes } from 'node:crypto';
import { freePort, startTestNats, startTestPostgres } from '@buildwire/testing';
import type { TestNats, TestPostgres } from '@buildwire/testing';
import { Api } from './api.js';
import { Service } from './service.js';
import type { Environment } from './service.js';

export const SERVICES = ['ingestion', 'matching', 'rendering', 'delivery', 'delivery-log'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The five services as processes over a real NATS and a real Postgres. */
export interface Stack {
  nats: TestNats;
  postgres: TestPostgres;
  services: Record<ServiceName, Service>;
  api: Api;
  apiKey: string;
  grpcUrl: string;
  databaseUrl: string;
  /** Starts a further process of a service, and waits until it works. */
  replica(name: ServiceName): Promise<Service>;
  stop(): Promise<void>;
}

/** Brings everything up. `environment` is for all services. */
export async function startStack(environment: Environment = {}): Promise<Stack> {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres({ durable: true })]);
  const database = await postgres.createDatabase();
  const apiKey = `bw_${randomBytes(16).toString('hex')}`;
  const grpcPort = await freePort();
  const shared = {
    NATS_URL: nats.url,
    DATABASE_URL: database.url,
    SECRETS_KEY: randomBytes(32).toString('hex'),
    BOOTSTRAP_API_KEY: apiKey,
    OUTBOUND_ALLOW: 'loopback',
    GRPC_PORT: String(grpcPort),
    ...environment,
  };
  const services = Object.fromEntries(await Promise.all(SERVICES.map(async (name) => [name, await serviceOf(name, shared)] as const))) as Stack['services'];
  const replicas: Service[] = [];
  const replica = async (name: ServiceName): Promise<Service> => {
    const further = await serviceOf(name, shared);
    replicas.push(further);
    further.start();
    await further.ready();
    return further;
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...Object.values(services), ...replicas].map((service) => service.stop()));
    await Promise.all([nats.stop(), postgres.stop()]);
  };
  const stack = { nats, postgres, services, api: new Api(services, apiKey), apiKey, grpcUrl: `127.0.0.1:${grpcPort}`, databaseUrl: database.url, replica, stop };
  try {
    for (const service of Object.values(services)) service.start();
    await Promise.all(Object.values(services).map((service) => service.ready()));
    return stack;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function serviceOf(name: ServiceName, environment: Environment): Promise<Service> {
  const port = await freePort();
  return new Service(name, { ...environment, HTTP_PORT: String(port) }, `http://127.0.0.1:${port}`);
}
