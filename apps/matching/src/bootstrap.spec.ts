import { ApiKeys, Database, migrate } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bootstrap } from './bootstrap.js';
import { OrganizationsRepository } from './organizations.repository.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

let database: Database;
beforeEach(async () => {
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 8 });
});
afterEach(() => database.close());

describe('the first start', () => {
  it('makes an organization and one key, and shows the key once, however many replicas start', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => start().ensure({ mayGenerate: true })));
    const keys = answers.flatMap(({ generatedKey }) => generatedKey ?? []);
    expect(keys).toEqual([expect.stringMatching(/^bw_[0-9A-Za-z]{32,}$/)]);
    expect(await ownerOf(keys[0] ?? '')).toBe('org_default');
    expect(await start().ensure({ mayGenerate: true })).toEqual({ organizationId: 'org_default', generatedKey: undefined });
  });

  it('stores the key that was configured, and generates none', async () => {
    for (let time = 0; time < 2; time++) expect(await start('bw_given').ensure({ mayGenerate: true })).toEqual({ organizationId: 'org_default', generatedKey: undefined });
    expect(await ownerOf('bw_given')).toBe('org_default');
    expect(JSON.stringify(await database.query('select * from matching.api_key'))).not.toContain('bw_given');
  });

  it('leaves a revoked key revoked', async () => {
    await start('bw_given').ensure({ mayGenerate: false });
    await database.query('update matching.api_key set revoked_at = now()');
    await start('bw_given').ensure({ mayGenerate: false });
    expect(await ownerOf('bw_given')).toBeUndefined();
  });

  it('generates nothing unless somebody can be shown it', async () => {
    expect(await start().ensure({ mayGenerate: false })).toEqual({ organizationId: 'org_default', generatedKey: undefined });
    expect(await database.query('select 1 from matching.api_key')).toEqual([]);
  });
});

function start(bootstrapApiKey?: string): Bootstrap {
  return new Bootstrap(new OrganizationsRepository(database), { bootstrapApiKey });
}

function ownerOf(key: string): Promise<string | undefined> {
  return new ApiKeys(database).organizationOf(key);
}
