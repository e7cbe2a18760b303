import { hostService } from '@buildwire/service-host';
import { loadConfig } from '@buildwire/service-runtime';
import { deliveryConfig } from './config.js';
import { DeliveryModule } from './delivery.module.js';

const config = loadConfig(deliveryConfig);
await hostService({ name: 'delivery', services: ['delivery'], config, modules: [DeliveryModule.register({ outboundAllow: config.OUTBOUND_ALLOW })] });
