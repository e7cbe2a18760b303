import { sendingConfig } from '@buildwire/delivery/config';
import { retentionConfig } from '@buildwire/delivery-log/config';
import { grpcConfig } from '@buildwire/ingestion/config';
import { artifactsConfig, bootstrapConfig } from '@buildwire/matching/config';
import { linksConfig } from '@buildwire/rendering/config';
import { commonConfig, databaseConfig, natsConfig, secretsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

/** Everything `standalone` reads from its environment. */
export const standaloneConfig = z.object({
  DATA_DIR: z.string().default('.data').meta({ description: 'Folder of the embedded NATS and Postgres, and of a generated SECRETS_KEY; kept between runs.' }),
  ...commonConfig({ httpPort: 8080, logLevel: 'warn' }),
  ...grpcConfig,
  NATS_URL: z.string().optional().meta({ description: 'A NATS server to use instead of the embedded one.' }),
  NATS_PORT: port.default(4222).meta({ description: 'Port of the embedded NATS; 0 takes any free one.' }),
  NATS_SYNC_INTERVAL: z
    .string()
    .regex(/^(always|[1-9]\d*(ms|s|m))$/, 'must be always or a duration such as 1s')
    .default('1s')
    .meta({ description: 'How often the embedded NATS syncs to disk: what an accepted event may lose to a power cut. `always` loses none, and is slower.' }),
  NATS_REPLICAS: natsConfig.NATS_REPLICAS,
  NATS_STREAM_MAX_BYTES: natsConfig.NATS_STREAM_MAX_BYTES,
  DATABASE_URL: z.string().optional().meta({ description: 'A Postgres to use instead of the embedded one.', secret: true }),
  POSTGRES_PORT: port.default(5433).meta({ description: 'Port of the embedded Postgres; 0 takes any free one.' }),
  DATABASE_POOL_SIZE: databaseConfig.DATABASE_POOL_SIZE,
  MIGRATE_ON_START: databaseConfig.MIGRATE_ON_START,
  ...bootstrapConfig,
  SECRETS_KEY: secretsConfig.SECRETS_KEY.optional().meta({ description: 'Seals webhook secrets; generated into DATA_DIR if absent.', secret: true }),
  ...artifactsConfig,
  ...sendingConfig,
  OUTBOUND_ALLOW: z
    .string()
    .optional()
    .meta({ description: 'Hosts, addresses and CIDRs that may be called besides public addresses, joined by commas; `loopback` if HTTP listens on loopback only, else `none`.' }),
  PUBLIC_URL: linksConfig.PUBLIC_URL.unwrap().optional().meta({ description: 'Where receivers reach the API: download links in bodies begin with it; the address of HTTP if absent.' }),
  ...retentionConfig,
});
export type StandaloneConfig = z.output<typeof standaloneConfig>;
