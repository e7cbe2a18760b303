import { startService } from '@buildwire/service-host';
import { renderingConfig } from './config.js';
import { RenderingModule } from './rendering.module.js';

await startService(renderingConfig, (config) => ({
  name: 'rendering',
  services: ['rendering'],
  config,
  modules: [RenderingModule.register({ publicUrl: config.PUBLIC_URL, secretsKey: config.SECRETS_KEY })],
}));
