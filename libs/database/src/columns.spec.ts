import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Columns } from './columns.js';
import { Database } from './database.js';

let server: TestPostgres;
let database: Database;
beforeAll(async () => {
  server = await startTestPostgres();
  database = new Database({ url: (await server.createDatabase()).url, applicationName: 'spec', poolSize: 1 });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

const columns = new Columns({ place: 'integer', name: 'text', body: 'json', sequence: 'bigint', flag: 'boolean', bytes: 'bytea', at: 'timestamptz' });
type Row = Parameters<typeof columns.parameters>[0][number];

function read(rows: Row[]): Promise<Row[]> {
  return database.query<Row>(
    `select place, name, body::text, sequence::float8, flag, bytes, (extract(epoch from at) * 1000)::float8 as at from ${columns.table('given')} order by place`,
    columns.parameters(rows),
  );
}

describe('rows as columns', () => {
  it('arrive as they were given', async () => {
    const rows: Row[] = [
      { place: -2_147_483_648, name: '', body: '{"b": 1, "a": "\\" \\\\ {,}"}', sequence: -1, flag: false, bytes: Buffer.of(), at: Date.UTC(1999, 11, 31, 23, 59, 59, 999) },
      { place: 0, name: 'NULL', body: '[]', sequence: 0, flag: true, bytes: Buffer.of(0, 255), at: Date.UTC(2000, 0) },
      { place: 2_147_483_647, name: '{"ä",\\🦊}\n', body: 'null', sequence: Number.MAX_SAFE_INTEGER, flag: true, bytes: Buffer.from('x'.repeat(10_000)), at: Date.UTC(9999, 11, 31, 23, 59, 59, 999) },
    ];
    expect(await read(rows)).toEqual(rows);
  });

  it('hold null where a cell is absent', async () => {
    const nothing = { name: null, body: null, sequence: null, flag: null, bytes: null, at: null };
    expect(await read([{ place: 1 }, { place: 2, ...nothing }])).toEqual([{ place: 1, ...nothing }, { place: 2, ...nothing }]);
  });

  it('may be none', async () => {
    expect(await read([])).toEqual([]);
  });

  it('hold U+FFFD for halves of surrogate pairs', async () => {
    expect(await read([{ place: 1, name: 'a\ud800b' }])).toMatchObject([{ name: 'a\ufffdb' }]);
  });
});

describe('a prepared statement', () => {
  it('is planned once for a connection, whatever its parameters', async () => {
    const statement = { name: 'spec', text: `select count(*)::int as count from ${columns.table('given')}` };
    for (const length of [0, 1, 300]) {
      expect(await database.query(statement, columns.parameters(Array.from({ length }, (_, place) => ({ place }))))).toEqual([{ count: length }]);
    }
    expect(await database.query('select name, generic_plans + custom_plans as runs from pg_prepared_statements')).toEqual([{ name: 'spec', runs: '3' }]);
  });
});
