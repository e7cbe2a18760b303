import { UnavailableError } from '@buildwire/contracts';
import { eventually, startTestPostgres } from '@buildwire/testing';
import type { TestDatabase, TestPostgres } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { migrate } from './migrate.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

let own: TestDatabase;
let database: Database;
beforeEach(async () => {
  own = await server.createDatabase();
  database = open();
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

describe('a database', () => {
  it('gives the rows of a query', async () => {
    expect(await database.query<{ sum: number }>('select $1::int + $2::int as sum', [1, 2])).toEqual([{ sum: 3 }]);
  });

  it('says what was wrong with a statement', async () => {
    await expect(database.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
  });

  it('fails fast while Postgres is away and works again when it is back', async () => {
    await database.query('select 1');
    await server.kill();
    const started = performance.now();
    await expect(database.query('select 1')).rejects.toThrow(UnavailableError);
    await expect(database.transaction((query) => query('select 1'))).rejects.toThrow(UnavailableError);
    expect(performance.now() - started).toBeLessThan(3_000);

    await server.restart();
    await eventually(() => database.query('select 1'));
  });

  it('says that Postgres is away when it dies under a running query', async () => {
    const dying = database.query('select pg_sleep(30)').catch((error: unknown) => error);
    await eventually(async () => expect(await database.query("select 1 from pg_stat_activity where query = 'select pg_sleep(30)'")).toHaveLength(1));
    await server.kill();
    expect(await dying).toBeInstanceOf(UnavailableError);
    await server.restart();
  });

  it('can be used before Postgres is there', async () => {
    await server.kill();
    const early = open();
    await expect(early.query('select 1')).rejects.toThrow(UnavailableError);
    await server.restart();
    await eventually(() => early.query('select 1'));
    await early.close();
  });

  it('is unavailable, not broken, when the database named does not exist yet', async () => {
    const absent = open({ url: `${own.url}_absent` });
    await expect(absent.query('select 1')).rejects.toThrow(UnavailableError);
    await absent.close();
  });

  it('gives up a query that takes too long and keeps no connection that is still busy', async () => {
    const hasty = open({ statementTimeoutMs: 300, poolSize: 1 });
    await hasty.query('select 1');
    // Nobody cancels this on the server, so only our own limit ends it.
    await hasty.query('set statement_timeout = 0');
    await expect(hasty.query('select pg_sleep(30)')).rejects.toThrow(UnavailableError);
    expect(await hasty.query('select 1 as one')).toEqual([{ one: 1 }]);
    await hasty.close();
  });

  it('is unavailable when all connections stay busy', async () => {
    const narrow = open({ poolSize: 1 });
    const busy = narrow.query('select pg_sleep(4)');
    await expect(narrow.query('select 1')).rejects.toThrow(UnavailableError);
    await busy;
    await narrow.close();
  });

  it('survives connections that the server ends', async () => {
    await database.query('select 1');
    const other = open();
    await other.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()', ['spec']);
    await eventually(() => database.query('select 1'));
    await other.close();
  });

  it('is ready once its tables are those of this version', async () => {
    await expect(database.check()).rejects.toThrow(/migrations/);
    await expect(database.query('select 1 from matching.webhook')).rejects.toThrow(UnavailableError);
    await migrate(own.url);
    await database.check();
  });

  it('refuses work after it was closed', async () => {
    await database.close();
    await expect(database.query('select 1')).rejects.toThrow(UnavailableError);
  });
});

function open(options: { url?: string; poolSize?: number; statementTimeoutMs?: number } = {}): Database {
  return new Database({ url: own.url, applicationName: 'spec', poolSize: 4, ...options });
}
