import { join } from 'node:path';
import { claimDataDir } from './claim.js';
import { openDataDir } from './data-dir.js';
import { LOOPBACK, requirePort, startOnPort } from './ports.js';
import { findAccount } from './postgres-account.js';
import { findPostgres } from './postgres-binary.js';
import { ensureCluster, passwordFor } from './postgres-init.js';
import { killWorkers, launchPostgres, type EmbeddedPostgres } from './postgres-launch.js';

export interface PostgresOptions {
  /** Holds the cluster (`postgres/`), `postgres.log` and a generated `postgres.password`. */
  dataDir: string;
  /** 0 or absent: any free one. */
  port?: number;
  /** Loopback unless given. */
  host?: string;
  /** The superuser, `buildwire` unless given. It and its password are fixed at the first start. */
  user?: string;
  password?: string;
  /** Created if missing. Default `buildwire`. */
  database?: string;
  /** Server settings over our own, such as `{ work_mem: '16MB' }`. */
  settings?: Record<string, string>;
}

/**
 * Starts PostgreSQL on this data directory, creating it at the first start and stopping a server that a killed
 * owner left behind. Throws PortInUseError or EmbeddedStartError.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { host = LOOPBACK, port = 0, user = 'buildwire' } = options;
  const wanted = { service: 'postgres', host, port } as const;
  const { initdb, postgres } = await findPostgres();
  const dataDir = await openDataDir(options.dataDir);
  const folder = join(dataDir, 'postgres');
  await claimCluster(dataDir, folder);
  await requirePort(wanted);

  const account = await findAccount(postgres, dataDir);
  const password = await passwordFor(dataDir, options.password);
  const logPath = join(dataDir, 'postgres.log');
  await ensureCluster({ initdb, account, dataDir, folder, user, password, logPath });
  const { database = 'buildwire', settings = {} } = options;
  const cluster = { postgres, account, folder, logPath, host, user, password, database, settings };
  return startOnPort(wanted, (freePort) => launchPostgres({ ...cluster, port: freePort }));
}

async function claimCluster(dataDir: string, folder: string): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  await claimDataDir({ service: 'postgres', dataDir, program: 'postgres', argument: folder, pidFile });
  await killWorkers(folder);
}
