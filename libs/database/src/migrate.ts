import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source.js';
import { toThrow } from './database-failure.js';

/** Any number that nobody else takes in this database: services that start together wait here for each other. */
const LOCK = 7_317_001;

/**
 * Brings the tables up to date. Several processes may do so at once, also on an empty database: one works, the others
 * wait. Throws an `UnavailableError` if Postgres is away.
 */
export async function migrate(url: string): Promise<void> {
  // One connection holds the lock, the other migrates; a migration may take as long as it takes.
  const dataSource = createDataSource({ url, applicationName: 'buildwire-migrate', poolSize: 2, statementTimeoutMs: 0 });
  try {
    await dataSource.initialize();
    await migrateLocked(dataSource);
  } catch (error) {
    throw toThrow(error instanceof Error && 'driverError' in error ? error.driverError : error);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy().catch(() => undefined);
  }
}

async function migrateLocked(dataSource: DataSource): Promise<void> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
    await lock.query('select pg_advisory_unlock($1)', [LOCK]);
  } finally {
    await lock.release();
  }
}
