import { startService } from '@buildwire/service-host';
import { deliveryConfig } from './config.js';
import { DeliveryModule } from './delivery.module.js';

await startService(deliveryConfig, (config) => ({ name: 'delivery', services: ['delivery'], config, modules: [DeliveryModule.register({ outboundAllow: config.OUTBOUND_ALLOW })] }));
