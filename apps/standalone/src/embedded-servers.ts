import { startNats, startPostgres } from '@buildwire/embedded';
import type { StandaloneConfig } from './config.js';
import { supervise } from './supervise.js';
import type { Supervised } from './supervise.js';

/** Where NATS and Postgres are, and how to stop those that we started. */
export interface Servers {
  natsUrl: string;
  databaseUrl: string;
  stop(): Promise<void>;
}

/** Starts what no URL was given for. */
export async function startServers({ DATA_DIR: dataDir, NATS_URL, NATS_PORT, NATS_SYNC_INTERVAL: syncInterval, DATABASE_URL, POSTGRES_PORT }: StandaloneConfig): Promise<Servers> {
  const results = await Promise.allSettled([
    NATS_URL ?? supervise('NATS', (port) => startNats({ dataDir, port, syncInterval }), NATS_PORT),
    DATABASE_URL ?? supervise('Postgres', (port) => startPostgres({ dataDir, port, settings: commitsOf(syncInterval) }), POSTGRES_PORT),
  ]);
  const started = results.flatMap((result) => (result.status === 'fulfilled' && typeof result.value !== 'string' ? [result.value] : []));
  const stop = async () => void (await Promise.all(started.map((server) => server.stop())));

  const [nats, postgres] = results;
  if (nats.status === 'fulfilled' && postgres.status === 'fulfilled') return { natsUrl: urlOf(nats.value), databaseUrl: urlOf(postgres.value), stop };
  await stop();
  throw nats.status === 'rejected' ? nats.reason : postgres.status === 'rejected' ? postgres.reason : new Error('unreachable');
}

/** Both servers keep the same promise: Postgres would sync each commit, which is of no use while NATS may forget the last second. */
function commitsOf(syncInterval: string): Record<string, string> {
  return syncInterval === 'always' ? {} : { synchronous_commit: 'off' };
}

function urlOf(server: string | Supervised): string {
  return typeof server === 'string' ? server : server.url;
}
