import { commonConfig, databaseConfig, healthRuleConfig, natsConfig, outboundConfig, secretsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** How deliveries are sent: shared with the standalone process. */
export const sendingConfig = {
  ...outboundConfig,
  ...healthRuleConfig,
  DELIVERY_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).default(256).meta({ description: 'Attempts under way at a time, in each lane of each replica.' }),
  DELIVERY_RETRIES_PER_SECOND: z.coerce.number().int().min(1).max(100_000).default(500).meta({ description: 'Waiting deliveries that each replica puts back on the path in a second at most; down to a fifth of it while new deliveries come and the process is busy for more than half of its time.' }),
  CIRCUIT_RESET_SECONDS: z.coerce.number().min(0.1).max(600).default(30).meta({ description: 'How long an endpoint that fails is not called at first; doubles with each failed probe, up to 20 times as long. Fractions count.' }),
};

/** Everything `delivery` reads from its environment. */
export const deliveryConfig = z.object({ ...commonConfig({ httpPort: 8083 }), ...natsConfig, ...databaseConfig, ...secretsConfig, ...sendingConfig });
export type DeliveryConfig = z.output<typeof deliveryConfig>;
