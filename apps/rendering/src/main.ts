import { hostService } from '@buildwire/service-host';
import { loadConfig } from '@buildwire/service-runtime';
import { renderingConfig } from './config.js';
import { RenderingModule } from './rendering.module.js';

const config = loadConfig(renderingConfig);
await hostService({ name: 'rendering', services: ['rendering'], config, modules: [RenderingModule.register()] });
