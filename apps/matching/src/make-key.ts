import { parseArgs } from 'node:util';
import { organizationId } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { DEFAULT_ORGANIZATION } from './bootstrap.js';
import { OrganizationsRepository } from './organizations.repository.js';

const USAGE = 'usage: create-key [--organization org_x] [--name ci]';

/** Prints a new API key, once and alone, on standard output. The organization is made if it is not there. */
export async function makeKey(databaseUrl: string, args: string[]): Promise<void> {
  const { organization, name } = readArguments(args);
  await migrate(databaseUrl);
  const database = new Database({ url: databaseUrl, applicationName: 'buildwire-create-key', poolSize: 1 });
  try {
    const organizations = new OrganizationsRepository(database);
    await organizations.ensure(organization);
    process.stdout.write(`${await organizations.createKey(organization, name)}\n`);
    process.stderr.write(`That is the API key "${name}" of ${organization}. It is not shown again.\n`);
  } finally {
    await database.close();
  }
}

/** Runs a command line: what goes wrong is one line on standard error, and exit code 1. */
export async function asCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function readArguments(args: string[]): { organization: string; name: string } {
  const { values } = parseArgs({ args, options: { organization: { type: 'string', default: DEFAULT_ORGANIZATION }, name: { type: 'string', default: 'default' } } });
  const organization = organizationId.safeParse(values.organization);
  if (!organization.success) throw new Error(`--organization ${organization.error.issues[0]?.message}\n${USAGE}`);
  return { organization: organization.data, name: values.name };
}
