import pg from 'pg';
import type { PoolClient } from 'pg';

/**
 * A statement that Postgres parses and plans once for each connection: for what runs all the time. A name is for one text only,
 * and the text always the same.
 */
export interface Prepared {
  name: string;
  text: string;
}

/** Runs one statement with `$1`, `$2`, … and gives the rows that it returns. */
export type Query = <Row>(sql: string | Prepared, params?: readonly unknown[]) => Promise<Row[]>;

/** Takes a statement that is to run when a transaction ends: it is sent together with the commit, in the order of the calls. */
export type AtEnd = (sql: string | Prepared, params?: readonly unknown[]) => void;

const BEGIN: Prepared = { name: 'begin', text: 'begin' };

/** The connections that know the statement {@link BEGIN}. */
const beginners = new WeakSet<PoolClient>();

/** A connection while it is out of the pool. */
export class Connection {
  /** It may still wait for an answer, or never get one: nobody must use it again. */
  isBroken = false;

  constructor(private readonly client: PoolClient) {}

  readonly query: Query = async (sql: string | Prepared, params: readonly unknown[] = []) => {
    try {
      const values = [...params];
      return rowsOf(await (typeof sql === 'string' ? this.client.query(sql, values) : this.client.query({ name: sql.name, text: sql.text, values })));
    } catch (error) {
      // Only what the server itself answered leaves the connection in a known state.
      this.isBroken ||= !(error instanceof pg.DatabaseError);
      throw error;
    }
  };

  /** All or nothing. See `Database.transaction`. */
  async transaction<Result>(work: (query: Query, atEnd: AtEnd) => Promise<Result>): Promise<Result> {
    const last: Parameters<AtEnd>[] = [];
    try {
      const result = await work(this.beginning(), (...statement) => last.push(statement));
      // Sent at once. After a statement that failed, Postgres takes the commit for a rollback.
      await Promise.all(this.together(() => [...last.map((statement) => this.query(...statement)), this.query('commit')]));
      return result;
    } catch (error) {
      // Answered after whatever is still under way.
      await this.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  /** A query whose first statement begins the transaction. Nothing else is sent before that is known to have worked. */
  private beginning(): Query {
    let begun: Promise<unknown> | undefined;
    return async <Row>(sql: string | Prepared, params?: readonly unknown[]) => {
      if (begun === undefined && typeof sql !== 'string' && beginners.has(this.client)) {
        const first = this.beginWith<Row>(sql, params);
        begun = first;
        return first;
      }
      await (begun ??= this.begin());
      return this.query<Row>(sql, params);
    };
  }

  private async begin(): Promise<void> {
    await this.query(BEGIN);
    beginners.add(this.client);
  }

  /** One round trip for two, and Postgres skips the statement if it could not begin. That needs one `sync` for both: the statement's. */
  private beginWith<Row>(sql: Prepared, params?: readonly unknown[]): Promise<Row[]> {
    return this.together(() => {
      this.client.connection.bind({ statement: BEGIN.name }, true);
      this.client.connection.execute(null, true);
      return this.query<Row>(sql, params);
    });
  }

  /** What is sent meanwhile leaves in one packet. */
  private together<Sent>(send: () => Sent): Sent {
    const { stream } = this.client.connection;
    stream.cork();
    try {
      return send();
    } finally {
      stream.uncork();
    }
  }
}

/** Of the last of several results: that of a `begin` may stand before it. */
function rowsOf(result: pg.QueryResult | pg.QueryResult[]): pg.QueryResult['rows'] {
  return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
}
