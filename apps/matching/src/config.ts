import { commonConfig, databaseConfig, natsConfig, secretsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** What a new database begins with: shared with the standalone process. */
export const bootstrapConfig = {
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, 'must be visible ASCII without spaces')
    .optional()
    .meta({ description: 'An API key that `org_default` shall have.', secret: true }),
};

/** Everything `matching` reads from its environment. */
export const matchingConfig = z.object({ ...commonConfig({ httpPort: 8081 }), ...natsConfig, ...databaseConfig, ...secretsConfig, ...bootstrapConfig });
export type MatchingConfig = z.output<typeof matchingConfig>;
