import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiKeys, Database } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../dist/create-key.js', import.meta.url));

let server: TestPostgres;
let url: string;
beforeAll(async () => {
  server = await startTestPostgres();
  ({ url } = await server.createDatabase());
});
afterAll(() => server.stop());

describe('create-key', () => {
  it('makes an organization and a key on an empty database, and prints the key alone', async () => {
    const { stdout } = await createKey('--organization', 'org_x', '--name', 'ci');
    const database = new Database({ url, applicationName: 'spec', poolSize: 1 });
    expect(await new ApiKeys(database).organizationOf(stdout.trim())).toBe('org_x');
    await database.close();
    expect((await createKey('--organization', 'org_x')).stdout).not.toBe(stdout);
  });

  it('says what is wrong with its arguments', async () => {
    await expect(createKey('--organization', 'not.an.id')).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('org_') as string });
    await expect(createKey('--colour', 'red')).rejects.toMatchObject({ code: 1, stdout: '' });
  });
});

/** As an operator runs it: from what was built. */
function createKey(...args: string[]) {
  return promisify(execFile)(process.execPath, [SCRIPT, ...args], { env: { DATABASE_URL: url } });
}
