import { commonConfig, natsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** Everything `rendering` reads from its environment. */
export const renderingConfig = z.object({ ...commonConfig({ httpPort: 8082 }), ...natsConfig });
export type RenderingConfig = z.output<typeof renderingConfig>;
