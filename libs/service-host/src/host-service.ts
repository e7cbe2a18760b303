import type { ServiceName } from '@buildwire/contracts';
import { Database, DatabaseModule, migrate } from '@buildwire/database';
import { Broker, JetStreamServer, MessagingModule } from '@buildwire/messaging';
import { runService } from '@buildwire/service-runtime';
import type { Checks, ServiceDefinition } from '@buildwire/service-runtime';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { insist } from './insist.js';

const BODY_LIMIT = 1024 * 1024;
const CONCURRENCY = 256;
/** A delivery that waits for its attempt, or whose attempt is being reported, is in its handler too. */
const HANDLERS_PER_ATTEMPT = 2;
const UP_WITHIN_MS = 30_000;

/** What a host needs to know besides its modules; the parts for Postgres only if it uses it. */
export interface HostConfig {
  HTTP_HOST: string;
  HTTP_PORT: number;
  LOG_LEVEL: string;
  NATS_URL: string;
  NATS_REPLICAS: number;
  NATS_STREAM_MAX_BYTES?: number | undefined;
  DATABASE_URL?: string;
  DATABASE_POOL_SIZE?: number;
  MIGRATE_ON_START?: boolean;
  SECRETS_KEY?: string;
  DELIVERY_CONCURRENCY?: number;
}

export interface Host extends Partial<Pick<ServiceDefinition, 'bodyLimit' | 'started' | 'stopped'>> {
  name: string;
  /** The stages that run in this process. */
  services: readonly ServiceName[];
  config: HostConfig;
  modules: DynamicModule[];
  /** Transports besides HTTP and JetStream. */
  transports?: readonly MicroserviceOptions[];
}

/** Runs stages in one process, with what all of them share: HTTP, NATS and, if they use it, Postgres. */
export async function hostService(host: Host): Promise<void> {
  const { name, services, config, modules, transports = [], bodyLimit = BODY_LIMIT } = host;
  const messaging = MessagingModule.forServices({
    url: config.NATS_URL,
    name,
    services,
    replicas: config.NATS_REPLICAS,
    streamMaxBytes: config.NATS_STREAM_MAX_BYTES,
    concurrency: HANDLERS_PER_ATTEMPT * (config.DELIVERY_CONCURRENCY ?? CONCURRENCY),
  });
  await runService({
    name,
    config,
    bodyLimit,
    modules: [messaging, ...databaseOf(host), ...modules],
    transports: (app) => [{ strategy: app.get(JetStreamServer) }, ...transports],
    checks: checksOf(host),
    started: async (app, url) => {
      await whenUp(app, config);
      await insist(async () => host.started?.(app, url));
    },
    stopped: async (app) => {
      if (config.DATABASE_URL !== undefined) await app?.get(Database).close();
      await host.stopped?.(app);
    },
  });
}

function databaseOf({ name, config }: Host): DynamicModule[] {
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize = 10, SECRETS_KEY: secretsKey } = config;
  if (url === undefined) return [];
  return [DatabaseModule.forRoot({ url, applicationName: name, poolSize, ...(secretsKey === undefined ? {} : { secretsKey }) })];
}

function checksOf({ config }: Host): (app: INestApplication) => Checks {
  return (app) => ({
    nats: async () => {
      if (!app.get(Broker).isConnected) throw new Error('not connected');
    },
    ...(config.DATABASE_URL === undefined ? {} : { postgres: () => app.get(Database).check() }),
  });
}

/** Brings streams and tables up to date. A dependency that is away is waited for; HTTP answers meanwhile. */
async function whenUp(app: INestApplication, { DATABASE_URL, MIGRATE_ON_START }: HostConfig): Promise<void> {
  if (DATABASE_URL !== undefined && MIGRATE_ON_START === true) await insist(() => migrate(DATABASE_URL));
  await app.get(Broker).whenConnected(UP_WITHIN_MS);
  await insist(() => app.get(JetStreamServer).ready());
}
