import { startService } from '@buildwire/service-host';
import { deliveryLogConfig } from './config.js';
import { DeliveryLogModule } from './delivery-log.module.js';

await startService(deliveryLogConfig, (config) => ({ name: 'delivery-log', services: ['delivery-log'], config, modules: [DeliveryLogModule.register({ retentionDays: config.LOG_RETENTION_DAYS })] }));
