import { hostService } from '@buildwire/service-host';
import { loadConfig } from '@buildwire/service-runtime';
import { deliveryLogConfig } from './config.js';
import { DeliveryLogModule } from './delivery-log.module.js';

const config = loadConfig(deliveryLogConfig);
await hostService({ name: 'delivery-log', services: ['delivery-log'], config, modules: [DeliveryLogModule.register({ retentionDays: config.LOG_RETENTION_DAYS })] });
