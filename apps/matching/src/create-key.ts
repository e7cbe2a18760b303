import { parseArgs } from 'node:util';
import { organizationId } from '@buildwire/contracts';
import { Database, migrate } from '@buildwire/database';
import { databaseConfig, loadConfig } from '@buildwire/service-runtime';
import { z } from 'zod';
import { OrganizationsRepository } from './organizations.repository.js';

/* node apps/matching/dist/create-key.js --organization org_x [--name ci]: prints a new API key, once and alone, on standard output. */

const { DATABASE_URL: url } = loadConfig(z.object({ DATABASE_URL: databaseConfig.DATABASE_URL }));
const { values } = parseArgs({ options: { organization: { type: 'string' }, name: { type: 'string', default: 'default' } } });
const database = new Database({ url, applicationName: 'buildwire-create-key', poolSize: 1 });

try {
  const organization = organizationId.parse(values.organization, { error: () => '--organization must be org_ and 1 to 60 letters, digits, - or _' });
  await migrate(url);
  const organizations = new OrganizationsRepository(database);
  await organizations.ensure(organization);
  process.stdout.write(`${await organizations.createKey(organization, values.name)}\n`);
  process.stderr.write(`That is the API key "${values.name}" of ${organization}. It is not shown again.\n`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}\n`);
} finally {
  await database.close();
}
