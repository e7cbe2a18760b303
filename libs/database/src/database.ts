import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '@buildwire/contracts';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { Connection } from './connection.js';
import type { AtEnd, Prepared, Query } from './connection.js';
import { MIGRATIONS_TABLE, createDataSource } from './data-source.js';
import type { DataSourceOptions } from './data-source.js';
import { failureOf, toThrow } from './database-failure.js';
import { latestMigration } from './migrations.js';

const MAX_CONFLICTS = 3;
const CONFLICT_PAUSE_MS = 20;
const CLOSE_LIMIT_MS = 2_000;

/**
 * The one way to Postgres. It connects when first used and again whenever it must: Postgres may come late, go away and
 * come back. While it is away every call throws an {@link UnavailableError}, within 3 s if nobody answers.
 */
export class Database {
  private readonly logger = new Logger('Database');
  private opening: Promise<DataSource> | undefined;
  private closed = false;
  private away = false;

  constructor(private readonly options: DataSourceOptions) {}

  async query<Row>(sql: string | Prepared, params: readonly unknown[] = []): Promise<Row[]> {
    return this.insist((connection) => connection.query<Row>(sql, params));
  }

  /**
   * All or nothing. The work may run several times, when transactions meet; it must use no query but the one it is given. It costs
   * a round trip for each of its queries and one for the commit, with what it gives to `atEnd`; one more unless the first is
   * {@link Prepared}.
   */
  async transaction<Result>(work: (query: Query, atEnd: AtEnd) => Promise<Result>): Promise<Result> {
    return this.insist((connection) => connection.transaction(work));
  }

  /** Rejects with the reason if queries cannot work now: no server, or not the tables of this version. */
  async check(): Promise<void> {
    const rows = await this.query(`select 1 from ${MIGRATIONS_TABLE} where name = $1`, [latestMigration]);
    if (rows.length === 0) throw new UnavailableError('database', { detail: 'the migrations of this version have not run' });
  }

  /** Later calls throw. What is still running after two seconds is cut off. */
  async close(): Promise<void> {
    this.closed = true;
    const limit = new AbortController();
    const closing = this.opening?.then((dataSource) => dataSource.destroy()).catch(() => undefined);
    await Promise.race([closing, sleep(CLOSE_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined)]);
    limit.abort();
  }

  private async insist<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        const result = await this.onConnection(work);
        this.note(undefined);
        return result;
      } catch (error) {
        if (failureOf(error) !== 'conflict' || conflicts === MAX_CONFLICTS) throw this.note(toThrow(error));
      }
      await sleep(Math.random() * CONFLICT_PAUSE_MS * 2 ** conflicts);
    }
  }

  private async onConnection<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const runner = (await this.open()).createQueryRunner();
    // The runner listens to the connection's errors while it is out of the pool: an unheard one would end the process.
    const client: PoolClient = await runner.connect().catch(throwAway);
    const connection = new Connection(client);
    try {
      return await work(connection);
    } finally {
      // The pool would hand out a connection again that still waits for an answer. It drops one that is ending.
      if (connection.isBroken) void endQuietly(client);
      await runner.release();
    }
  }

  private open(): Promise<DataSource> {
    if (this.closed) throw new UnavailableError('database', { detail: 'the database is closed' });
    this.opening ??= createDataSource(this.options)
      .initialize()
      .catch((error: unknown) => {
        this.opening = undefined;
        return throwAway(error);
      });
    return this.opening;
  }

  /** Says once that the database went away, and once that it is back. */
  private note(error: unknown): unknown {
    const away = error instanceof UnavailableError && error.dependency === 'database';
    if (away && !this.away && !this.closed) this.logger.warn(`Postgres cannot be used, trying on: ${String(error.cause ?? error.message)}`);
    if (error === undefined && this.away) this.logger.log('Postgres can be used again');
    this.away = away || (this.away && error !== undefined);
    return error;
  }
}

/** Whatever keeps us from connecting (no server, no such database, a wrong password) may be put right while we wait. */
function throwAway(error: unknown): never {
  throw new UnavailableError('database', { cause: error });
}

async function endQuietly(client: PoolClient): Promise<void> {
  // PoolClient does not tell that it is a Client, which has `end`.
  if (client instanceof pg.Client) await client.end().catch(() => undefined);
}
