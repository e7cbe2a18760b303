import { z } from 'zod';

/** The environment does not fit the schema; the message lists every fault. */
export class InvalidConfigError extends Error {
  override readonly name = 'InvalidConfigError';
  readonly code = 'config.invalid';

  constructor(faults: string, options?: ErrorOptions) {
    super(`The environment is not usable:\n${faults}`, options);
  }
}

/** Reads the environment once. An empty or blank variable counts as absent. Throws an {@link InvalidConfigError}. */
export function loadConfig<Schema extends z.ZodObject>(schema: Schema, environment: NodeJS.ProcessEnv = process.env): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
  // Node would then verify no certificate: of Postgres, of NATS, of whatever the process calls without saying otherwise.
  if (given['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') throw new InvalidConfigError('✖ NODE_TLS_REJECT_UNAUTHORIZED=0 turns the verification of certificates off; trust an authority with NODE_EXTRA_CA_CERTS instead');
  const result = schema.safeParse(given);
  if (!result.success) throw new InvalidConfigError(z.prettifyError(result.error), { cause: result.error });
  return result.data;
}

const port = z.coerce.number().int().min(0).max(65_535);

/** A flag: `true`, `false`, `1`, `0`, `yes`, `no`. */
export const flag = z.stringbool();

/** What every service reads. */
export function commonConfig(defaults: { httpPort: number; logLevel?: 'info' | 'warn' }) {
  return {
    HTTP_HOST: z.string().default('127.0.0.1').meta({ description: 'Address that HTTP listens on.' }),
    HTTP_PORT: port.default(defaults.httpPort).meta({ description: 'Port of HTTP; 0 takes any free one.' }),
    LOG_LEVEL: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default(defaults.logLevel ?? 'info')
      .meta({ description: 'Least severe level that is logged, as JSON lines on standard error.' }),
  };
}

/** Where NATS is. */
export const natsConfig = {
  NATS_URL: z.string().default('nats://127.0.0.1:4222').meta({ description: 'NATS server, or several joined by commas.' }),
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1).meta({ description: 'Copies of each stream: 3 in a cluster of three or more servers.' }),
  NATS_STREAM_MAX_BYTES: z.coerce.number().int().min(1_048_576).optional().meta({ description: 'The most bytes that each stream holds before events are refused with 503; 1 GiB.' }),
};

/** Where Postgres is. */
export const databaseConfig = {
  DATABASE_URL: z.string().default('postgres://postgres:postgres@127.0.0.1:5433/buildwire').meta({ description: 'Postgres.', secret: true }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10).meta({ description: 'Connections to Postgres.' }),
  MIGRATE_ON_START: flag.default(true).meta({ description: 'Bring the tables up to date at start; turn it off where a job does that.' }),
};

/** What may be called on behalf of a customer. */
export const outboundConfig = {
  OUTBOUND_ALLOW: z
    .string()
    .default('none')
    .meta({ description: 'Hosts, addresses and CIDRs that may be called besides public addresses, joined by commas; `loopback`; `none`.' }),
};

/** The key that seals webhook secrets. */
export const secretsConfig = {
  SECRETS_KEY: z
    .string()
    .min(32)
    .meta({ description: 'Seals webhook secrets: `[id:]value` with 32 or more characters; several joined by commas, the first seals.', secret: true }),
};
