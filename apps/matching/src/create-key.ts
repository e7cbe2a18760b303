import { parseArgs } from 'node:util';
import { organizationId } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { databaseConfig, loadConfig } from '@buildwire/service-runtime';
import { z } from 'zod';
import { OrganizationsRepository } from './organizations.repository.js';

const USAGE = 'usage: create-key --organization org_x [--name ci]';

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}

/** Prints a new API key, once and alone, on standard output. The organization is made if it is not there. */
async function main(): Promise<void> {
  const { organization, name } = readArguments();
  const { DATABASE_URL: url } = loadConfig(z.object({ DATABASE_URL: databaseConfig.DATABASE_URL }));
  await migrate(url);
  const database = new Database({ url, applicationName: 'buildwire-create-key', poolSize: 1 });
  try {
    const organizations = new OrganizationsRepository(database);
    await organizations.ensure(organization);
    process.stdout.write(`${await organizations.createKey(organization, name)}\n`);
    process.stderr.write(`That is the API key "${name}" of ${organization}. It is not shown again.\n`);
  } finally {
    await database.close();
  }
}

function readArguments(): { organization: string; name: string } {
  const { values } = parseArgs({ options: { organization: { type: 'string' }, name: { type: 'string', default: 'default' } } });
  const organization = organizationId.safeParse(values.organization ?? '');
  if (!organization.success) throw new Error(`--organization ${organization.error.issues[0]?.message}\n${USAGE}`);
  return { organization: organization.data, name: values.name };
}
