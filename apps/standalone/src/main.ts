import { loadConfig } from '@buildwire/service-runtime';
import { standaloneConfig } from './config.js';
import { explain } from './explain.js';
import { runStandalone } from './run-standalone.js';

try {
  await runStandalone(loadConfig(standaloneConfig));
} catch (error) {
  process.stderr.write(`Buildwire did not start: ${explain(error)}\n`);
  process.exit(1);
}
