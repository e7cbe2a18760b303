import { startService } from '@buildwire/service-host';
import { healthRuleOf } from '@buildwire/service-runtime';
import { Bootstrap } from './bootstrap.js';
import { matchingConfig, streamingOf } from './config.js';
import { MatchingModule } from './matching.module.js';

await startService(matchingConfig, (config) => ({
  name: 'matching',
  services: ['matching'],
  config,
  modules: [MatchingModule.register({ secretsKey: config.SECRETS_KEY, bootstrapApiKey: config.BOOTSTRAP_API_KEY, streaming: streamingOf(config, config.OUTBOUND_ALLOW), healthRule: healthRuleOf(config) })],
  started: async (app) => void (await app.get(Bootstrap).ensure({ mayGenerate: false })),
}));
