import { startService } from '@buildwire/service-host';
import { Bootstrap } from './bootstrap.js';
import { matchingConfig } from './config.js';
import { MatchingModule } from './matching.module.js';

await startService(matchingConfig, (config) => ({
  name: 'matching',
  services: ['matching'],
  config,
  modules: [MatchingModule.register({ secretsKey: config.SECRETS_KEY, bootstrapApiKey: config.BOOTSTRAP_API_KEY })],
  started: async (app) => void (await app.get(Bootstrap).ensure({ mayGenerate: false })),
}));
