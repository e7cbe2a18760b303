import { commonConfig, natsConfig, secretsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** Where the outside world reaches us: shared with the standalone process. */
export const linksConfig = {
  PUBLIC_URL: z.url().default('http://127.0.0.1:8080').meta({ description: 'Where receivers reach the API: download links in bodies begin with it.' }),
};

/** Everything `rendering` reads from its environment. */
export const renderingConfig = z.object({ ...commonConfig({ httpPort: 8082 }), ...natsConfig, ...secretsConfig, ...linksConfig });
export type RenderingConfig = z.output<typeof renderingConfig>;
