import { UnavailableError } from '@buildwire/contracts';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataSource } from './data-source.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

describe('migrating', () => {
  it('succeeds for several services that start at once on an empty database', async () => {
    const { url } = await server.createDatabase();
    await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
    expect(await rows(url, 'select count(*)::int as count from schema_migration')).toEqual([{ count: migrations.length }]);
    await migrate(url);
  });

  it('makes the columns that the entities name, and no others', async () => {
    const { url } = await server.createDatabase(migrate);
    const made = await rows(url, "select table_schema, table_name, column_name from information_schema.columns where table_schema in ('matching', 'delivery', 'delivery_log')");
    const dataSource = await createDataSource({ url, applicationName: 'spec', poolSize: 1 }).initialize();
    const named = dataSource.entityMetadatas.flatMap(({ schema, tableName, columns }) =>
      columns.map(({ databaseName }) => `${schema}.${tableName}.${databaseName}`),
    );
    await dataSource.destroy();
    expect(made.map((column) => Object.values(column).join('.')).sort()).toEqual(named.sort());
  });

  it('can be taken back and done again', async () => {
    const { url } = await server.createDatabase(migrate);
    const dataSource = await createDataSource({ url, applicationName: 'spec', poolSize: 1 }).initialize();
    for (const _ of migrations) await dataSource.undoLastMigration();
    expect(await dataSource.query("select 1 from information_schema.schemata where schema_name in ('matching', 'delivery', 'delivery_log')")).toEqual([]);
    await dataSource.destroy();
    await migrate(url);
  });

  it('says that Postgres is away', async () => {
    await expect(migrate('postgres://127.0.0.1:1/none')).rejects.toThrow(UnavailableError);
  });
});

async function rows(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const dataSource = await createDataSource({ url, applicationName: 'spec', poolSize: 1 }).initialize();
  return dataSource.query<Record<string, unknown>[]>(sql).finally(() => dataSource.destroy());
}
