import { UnavailableError } from '@buildwire/contracts';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys, hashOfKey } from './api-keys.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';

let server: TestPostgres;
let database: Database;
beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 2 });
  await database.query("insert into matching.organization (id, name) values ('org_a', 'A')");
  const insert = "insert into matching.api_key (id, organization_id, hash, name, last_four, revoked_at) values ($1, 'org_a', $2, 'ci', 'last', $3)";
  await database.query(insert, ['key_1', hashOfKey('bw_good'), null]);
  await database.query(insert, ['key_2', hashOfKey('bw_revoked'), new Date()]);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('API keys', () => {
  it('belong to their organization until they are revoked', async () => {
    const keys = new ApiKeys(database);
    expect(await keys.organizationOf('bw_good')).toBe('org_a');
    expect(await keys.organizationOf('bw_revoked')).toBeUndefined();
    expect(await keys.organizationOf('bw_goo')).toBeUndefined();
    expect(await keys.knowsOrganization('org_a')).toBe(true);
    expect(await keys.knowsOrganization('org_b')).toBe(false);
  });

  it('stay known while Postgres is away; unknown ones cannot be judged then', async () => {
    const keys = new ApiKeys(database);
    await keys.organizationOf('bw_good');
    await keys.knowsOrganization('org_a');
    await server.kill();
    expect(await keys.organizationOf('bw_good')).toBe('org_a');
    expect(await keys.knowsOrganization('org_a')).toBe(true);
    await expect(keys.organizationOf('bw_other')).rejects.toThrow(UnavailableError);
    await expect(keys.knowsOrganization('org_b')).rejects.toThrow(UnavailableError);
    await server.restart();
  });
});
