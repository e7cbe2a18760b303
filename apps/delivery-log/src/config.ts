import { commonConfig, databaseConfig, natsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** How long the log is kept: shared with the standalone process. */
export const retentionConfig = {
  LOG_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(30)
    .meta({ description: 'Days that the delivery log is kept, counted from when an event was received and an attempt was sent.' }),
};

/** Everything `delivery-log` reads from its environment. */
export const deliveryLogConfig = z.object({
  ...commonConfig({ httpPort: 8084 }),
  ...natsConfig,
  ...databaseConfig,
  ...retentionConfig,
});
export type DeliveryLogConfig = z.output<typeof deliveryLogConfig>;
