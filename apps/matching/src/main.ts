import { hostService } from '@buildwire/service-host';
import { loadConfig } from '@buildwire/service-runtime';
import { Bootstrap } from './bootstrap.js';
import { matchingConfig } from './config.js';
import { MatchingModule } from './matching.module.js';

const config = loadConfig(matchingConfig);
await hostService({
  name: 'matching',
  services: ['matching'],
  config,
  modules: [MatchingModule.register({ secretsKey: config.SECRETS_KEY, bootstrapApiKey: config.BOOTSTRAP_API_KEY })],
  started: async (app) => void (await app.get(Bootstrap).ensure({ mayGenerate: false })),
});
