import { Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll } from 'vitest';
import { Attempts } from '../attempts.repository.js';
import { LoggedDeadLetters } from '../dead-letters.repository.js';
import { Deliveries } from '../deliveries.repository.js';
import { EventDeliveries } from '../event-deliveries.repository.js';
import { LogWriter } from '../log-writer.js';
import { Partitions } from '../partitions.js';
import { PendingDeliveries } from '../pending-deliveries.repository.js';
import { RecordAttemptHandler } from '../record-attempt.handler.js';
import { RecordClosureHandler } from '../record-closure.handler.js';
import { RecordDeadLetterHandler } from '../record-dead-letter.handler.js';
import { RecordPostponementHandler } from '../record-postponement.handler.js';

export type TestLog = ReturnType<typeof logOn> & {
  /** The same log, where a statement may take no longer than this. */
  inHaste(statementTimeoutMs: number): ReturnType<typeof logOn>;
};

/** A log on a migrated database of its own for each call; all databases of a spec file share one server. */
export function useTestLog(): () => Promise<TestLog> {
  const running = { stop: async () => {}, databases: [] as Database[], createUrl: async (): Promise<string> => '' };
  beforeAll(async () => {
    const server = await startTestPostgres();
    running.stop = () => server.stop();
    running.createUrl = async () => (await server.createDatabase(migrate)).url;
  });
  afterAll(async () => {
    await Promise.all(running.databases.map((database) => database.close()));
    await running.stop();
  });
  return async () => {
    const url = await running.createUrl();
    const open = (limits: { statementTimeoutMs?: number }) => {
      const database = new Database({ url, applicationName: 'spec', poolSize: 4, ...limits });
      running.databases.push(database);
      return logOn(database);
    };
    return { ...open({}), inHaste: (statementTimeoutMs) => open({ statementTimeoutMs }) };
  };
}

/** The parts of one replica. */
export function logOn(database: Database) {
  const partitions = new Partitions(database);
  const writer = new LogWriter(database, partitions);
  const deliveries = new Deliveries(database, new PendingDeliveries(database));
  return {
    database,
    partitions,
    writer,
    deliveries,
    attempts: new Attempts(database, deliveries),
    eventDeliveries: new EventDeliveries(database, deliveries),
    deadLetters: new LoggedDeadLetters(database),
    recordAttempts: new RecordAttemptHandler(writer),
    recordPostponements: new RecordPostponementHandler(writer),
    recordClosures: new RecordClosureHandler(writer),
    recordDeadLetters: new RecordDeadLetterHandler(database),
  };
}
