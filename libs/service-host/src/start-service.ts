import { InvalidConfigError, loadConfig } from '@buildwire/service-runtime';
import type { z } from 'zod';
import { hostService } from './host-service.js';
import type { Host } from './host-service.js';

/** What a `main.ts` does: reads the environment and hosts what it asks for. An unusable environment is told in full, and ends the process with 1. */
export async function startService<Schema extends z.ZodObject>(schema: Schema, hostOf: (config: z.output<Schema>) => Host): Promise<void> {
  try {
    await hostService(hostOf(loadConfig(schema)));
  } catch (error) {
    if (!(error instanceof InvalidConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
