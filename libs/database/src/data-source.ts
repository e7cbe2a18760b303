import { DataSource } from 'typeorm';
import { entities } from './entities.js';
import { migrations } from './migrations.js';

export interface DataSourceOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Shown in the server's list of connections. */
  applicationName: string;
  poolSize: number;
  /** How long one statement may take; 10 s by default, 0 for ever. */
  statementTimeoutMs?: number;
}

export const MIGRATIONS_TABLE = 'schema_migration';

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** The server's own limit comes first: it leaves the connection usable. This one is for a server that answers nothing. */
const SILENCE_MS = 1_000;

/** Tables, migrations and a pool. Every limit that pg knows is set: by default all of them are off. */
export function createDataSource({ url, applicationName, poolSize, statementTimeoutMs = STATEMENT_TIMEOUT_MS }: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName,
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    entities,
    migrations,
    migrationsTableName: MIGRATIONS_TABLE,
    installExtensions: false,
    logging: false,
    // An idle connection that breaks leaves the pool by itself; the next query tells whether the server is away.
    poolErrorHandler: () => undefined,
    extra: {
      // A transaction sends its last statements and the commit at once.
      pipeline: true,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + SILENCE_MS,
      idle_in_transaction_session_timeout: 30_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      idleTimeoutMillis: 60_000,
      // Connections move on after a failover, and none lives long enough to hoard the server's memory.
      maxLifetimeSeconds: 1_800,
    },
  });
}
