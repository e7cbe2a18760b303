import { databaseConfig, loadConfig } from '@buildwire/service-runtime';
import { z } from 'zod';
import { asCommand, makeKey } from './make-key.js';

await asCommand(async () => {
  const { DATABASE_URL } = loadConfig(z.object({ DATABASE_URL: databaseConfig.DATABASE_URL }));
  await makeKey(DATABASE_URL, process.argv.slice(2));
});
