import { startService } from '@buildwire/service-host';
import { healthRuleOf } from '@buildwire/service-runtime';
import { deliveryConfig } from './config.js';
import { DeliveryModule } from './delivery.module.js';

await startService(deliveryConfig, (config) => ({ name: 'delivery', services: ['delivery'], config, modules: [DeliveryModule.register({ outboundAllow: config.OUTBOUND_ALLOW, slots: config.DELIVERY_CONCURRENCY, retriesPerSecond: config.DELIVERY_RETRIES_PER_SECOND, healthRule: healthRuleOf(config), circuitResetMs: config.CIRCUIT_RESET_SECONDS * 1_000 })] }));
