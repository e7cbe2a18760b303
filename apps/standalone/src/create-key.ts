import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asCommand, makeKey } from '@buildwire/matching/make-key';
import { loadConfig } from '@buildwire/service-runtime';
import { standaloneConfig } from './config.js';
import type { StandaloneConfig } from './config.js';

await asCommand(async () => makeKey(await databaseUrl(loadConfig(standaloneConfig)), process.argv.slice(2)));

/** Of the Postgres that a running standalone process embeds, or of the one that was configured. */
async function databaseUrl({ DATABASE_URL, DATA_DIR, POSTGRES_PORT }: StandaloneConfig): Promise<string> {
  if (DATABASE_URL !== undefined) return DATABASE_URL;
  const password = (await readFile(join(DATA_DIR, 'postgres.password'), 'utf8')).trim();
  return `postgres://buildwire:${password}@127.0.0.1:${POSTGRES_PORT}/buildwire`;
}
