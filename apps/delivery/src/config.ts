import { commonConfig, databaseConfig, natsConfig, secretsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** How deliveries are sent: shared with the standalone process. */
export const sendingConfig = {
  OUTBOUND_ALLOW: z
    .string()
    .default('none')
    .meta({ description: 'Hosts, addresses and CIDRs that deliveries may reach besides public addresses, joined by commas; `loopback`; `none`.' }),
  DELIVERY_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).default(256).meta({ description: 'Attempts under way at a time, in each lane of each replica.' }),
};

/** Everything `delivery` reads from its environment. */
export const deliveryConfig = z.object({ ...commonConfig({ httpPort: 8083 }), ...natsConfig, ...databaseConfig, ...secretsConfig, ...sendingConfig });
export type DeliveryConfig = z.output<typeof deliveryConfig>;
