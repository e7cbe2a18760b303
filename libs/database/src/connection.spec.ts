import { UnavailableError } from '@buildwire/contracts';
import { eventually, startTestPostgres } from '@buildwire/testing';
import type { TestDatabase, TestPostgres } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.js';

const add = { name: 'add', text: 'insert into build values ($1) returning id' };

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

let own: TestDatabase;
let database: Database;
/** Of one connection, so that each use of it meets what the one before left. */
let single: Database;
beforeEach(async () => {
  own = await server.createDatabase();
  database = new Database({ url: own.url, applicationName: 'spec', poolSize: 4 });
  single = new Database({ url: own.url, applicationName: 'single', poolSize: 1 });
  await database.query('create table build (id int primary key)');
});
afterEach(async () => {
  await Promise.all([database.close(), single.close()]);
  await own.drop();
});

describe('a transaction', () => {
  it('keeps all or nothing', async () => {
    const failing = single.transaction(async (query) => {
      await query('insert into build values (1)');
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    await single.transaction((query) => query('insert into build values (2)'));
    expect(await builds()).toEqual([2]);
  });

  it('keeps all or nothing when it begins together with its first statement', async () => {
    for (const id of [1, 2]) await single.transaction((query) => query(add, [id]));
    const failing = single.transaction(async (query) => {
      expect(await query(add, [3])).toEqual([{ id: 3 }]);
      expect(await builds()).toEqual([1, 2]);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await builds()).toEqual([1, 2]);
  });

  it('leaves its connection as it was when its first statement fails', async () => {
    for (const id of [1, 2]) await single.transaction((query) => query(add, [id]));
    const failing = single.transaction((query) => Promise.all([query(add, [1]), query(add, [3])]));
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await single.transaction((query) => query(add, [4]))).toEqual([{ id: 4 }]);
    expect(await single.query(add, [5])).toEqual([{ id: 5 }]);
    expect(await builds()).toEqual([1, 2, 4, 5]);
  });

  it('does nothing if it cannot begin', async () => {
    await single.transaction((query) => query(add, [1]));
    await single.query('deallocate begin');
    const failing = single.transaction((query) => Promise.all([query(add, [2]), query(add, [3])]));
    await expect(failing).rejects.toMatchObject({ code: '26000' });
    expect(await builds()).toEqual([1]);
  });

  it('runs what is for its end in order, with the commit', async () => {
    await single.transaction(async (query, atEnd) => {
      atEnd(add, [1]);
      atEnd('update build set id = id + $1', [10]);
      await query(add, [2]);
      expect(await query('select id from build')).toEqual([{ id: 2 }]);
    });
    expect(await builds()).toEqual([11, 12]);
  });

  it('keeps nothing when a statement at its end fails, and says which', async () => {
    await database.query('insert into build values (1)');
    for (const ids of [[2, 1, 3], [1, 2, 3], [2, 3, 1]]) {
      const failing = single.transaction(async (query, atEnd) => {
        await query(add, [9]);
        for (const id of ids) atEnd(add, [id]);
      });
      await expect(failing).rejects.toMatchObject({ code: '23505', detail: expect.stringContaining('(1)') });
      expect(await single.query('select pg_current_xact_id_if_assigned() as running')).toEqual([{ running: null }]);
    }
    expect(await builds()).toEqual([1]);
  });

  it('runs again until it is through when it met another, also at its end', async () => {
    await database.query('create table counter (id int primary key, value int)');
    await database.query('insert into counter values (1, 0), (2, 0)');
    const bump = 'update counter set value = value + 1 where id = $1';
    for (const isLast of [false, true]) {
      const both = new Rendezvous(2);
      const bumpBoth = (first: number, second: number) =>
        database.transaction(async (query, atEnd) => {
          await query(bump, [first]);
          await both.arrive();
          if (isLast) atEnd(bump, [second]);
          else await query(bump, [second]);
        });
      await Promise.all([bumpBoth(1, 2), bumpBoth(2, 1)]);
    }
    expect(await database.query('select value from counter')).toEqual([{ value: 4 }, { value: 4 }]);
  });

  it('says that Postgres is away when it dies under the last statements, and works again when it is back', async () => {
    const dying = single.transaction(async (query, atEnd) => {
      await query(add, [1]);
      atEnd('select pg_sleep(30)');
      atEnd(add, [2]);
    });
    const failure = dying.catch((error: unknown) => error);
    await eventually(async () => expect(await database.query("select 1 from pg_stat_activity where query = 'select pg_sleep(30)'")).toHaveLength(1));
    await server.kill();
    expect(await failure).toBeInstanceOf(UnavailableError);
    await server.restart();
    await eventually(() => single.transaction((query) => query(add, [3])));
    expect(await builds()).toEqual([3]);
  });

  it('gives up last statements that take too long, and keeps no connection that is still busy', async () => {
    const hasty = new Database({ url: own.url, applicationName: 'hasty', poolSize: 1, statementTimeoutMs: 300 });
    // Nobody cancels this on the server, so only our own limit ends it.
    await hasty.query('set statement_timeout = 0');
    const busy = hasty.transaction(async (query, atEnd) => {
      await query(add, [1]);
      atEnd('select pg_sleep(30)');
    });
    await expect(busy).rejects.toThrow(UnavailableError);
    expect(await hasty.query('select 1 as one')).toEqual([{ one: 1 }]);
    await hasty.close();
  });
});

async function builds(): Promise<number[]> {
  return (await database.query<{ id: number }>('select id from build order by id')).map(({ id }) => id);
}

/** Nobody goes on before all have arrived; later arrivals go on at once. */
class Rendezvous {
  private readonly all: Promise<void>;
  private open = () => {};

  constructor(private missing: number) {
    this.all = new Promise((resolve) => (this.open = resolve));
  }

  arrive(): Promise<void> {
    this.missing--;
    if (this.missing <= 0) this.open();
    return this.all;
  }
}
