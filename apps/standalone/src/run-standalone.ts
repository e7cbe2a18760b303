import { MAX_BATCH_BYTES } from '@buildwire/contracts';
import { migrate } from '@buildwire/database';
import { DeliveryModule } from '@buildwire/delivery/delivery.module';
import { DeliveryLogModule } from '@buildwire/delivery-log/delivery-log.module';
import { IngestionModule } from '@buildwire/ingestion/ingestion.module';
import { grpcServer } from '@buildwire/ingestion/grpc-server';
import { Bootstrap } from '@buildwire/matching/bootstrap';
import { streamingOf } from '@buildwire/matching/config';
import { MatchingModule } from '@buildwire/matching/matching.module';
import { RenderingModule } from '@buildwire/rendering/rendering.module';
import { hostService } from '@buildwire/service-host';
import { healthRuleOf } from '@buildwire/service-runtime';
import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { ApiReferenceController } from './api-reference.controller.js';
import { banner, readyLine } from './banner.js';
import type { StandaloneConfig } from './config.js';
import { startServers } from './embedded-servers.js';
import type { Servers } from './embedded-servers.js';
import { claimablePort } from './ports.js';
import { keptSecretsKey } from './secrets-key.js';

const LOOPBACK = /^(127\.|::1$|localhost$)/;

@Module({ controllers: [ApiReferenceController] })
class ApiReferenceModule {}

/** All five stages in one process, with NATS and Postgres embedded unless URLs are given. */
export async function runStandalone(config: StandaloneConfig): Promise<void> {
  const HTTP_PORT = await claimablePort('HTTP_PORT', config.HTTP_HOST, config.HTTP_PORT);
  const GRPC_PORT = await claimablePort('GRPC_PORT', config.GRPC_HOST, config.GRPC_PORT);
  const grpc = `${config.GRPC_HOST}:${GRPC_PORT}`;
  const servers = await startServers(config);
  // The tables are there before the stages look for them; if Postgres is away, the host waits for it.
  if (config.MIGRATE_ON_START) await migrate(servers.databaseUrl).catch(() => undefined);
  const SECRETS_KEY = config.SECRETS_KEY ?? (await keptSecretsKey(config.DATA_DIR));
  const outboundAllow = config.OUTBOUND_ALLOW ?? (LOOPBACK.test(config.HTTP_HOST) ? 'loopback' : 'none');
  await hostService({
    name: 'standalone',
    services: ['ingestion', 'matching', 'rendering', 'delivery', 'delivery-log'],
    config: { ...config, HTTP_PORT, NATS_URL: servers.natsUrl, DATABASE_URL: servers.databaseUrl, SECRETS_KEY },
    bodyLimit: MAX_BATCH_BYTES,
    modules: [
      IngestionModule.register(),
      MatchingModule.register({ secretsKey: SECRETS_KEY, bootstrapApiKey: config.BOOTSTRAP_API_KEY, streaming: streamingOf(config, outboundAllow), healthRule: healthRuleOf(config) }),
      RenderingModule.register({ publicUrl: config.PUBLIC_URL ?? `http://${config.HTTP_HOST}:${HTTP_PORT}`, secretsKey: SECRETS_KEY }),
      DeliveryModule.register({ outboundAllow, slots: config.DELIVERY_CONCURRENCY, retriesPerSecond: config.DELIVERY_RETRIES_PER_SECOND, healthRule: healthRuleOf(config), circuitResetMs: config.CIRCUIT_RESET_SECONDS * 1_000 }),
      DeliveryLogModule.register({ retentionDays: config.LOG_RETENTION_DAYS }),
      { module: ApiReferenceModule },
    ],
    transports: [grpcServer(grpc)],
    started: async (app, http) => announce(app, { http, grpc, nats: servers.natsUrl }, config.BOOTSTRAP_API_KEY !== undefined),
    stopped: () => servers.stop(),
  });
}

async function announce(app: INestApplication, urls: { http: string; grpc: string; nats: Servers['natsUrl'] }, keyIsGiven: boolean): Promise<void> {
  const { organizationId, generatedKey } = await app.get(Bootstrap).ensure({ mayGenerate: true });
  const running = { ...urls, organizationId, apiKey: generatedKey ?? (keyIsGiven ? ('given' as const) : undefined) };
  process.stdout.write(banner(running) + readyLine(running));
}
