import { commonConfig, databaseConfig, healthRuleConfig, natsConfig, outboundConfig, secretsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** What a new database begins with: shared with the standalone process. */
export const bootstrapConfig = {
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, 'must be visible ASCII without spaces')
    .optional()
    .meta({ description: 'An API key that `org_default` shall have.', secret: true }),
};

/** How artifacts are handed out: shared with the standalone process. */
export const artifactsConfig = {
  ARTIFACT_DELIVERY: z
    .enum(['redirect', 'stream'])
    .default('redirect')
    .meta({ description: 'How download links are answered: `redirect` leads to where the artifact is kept; `stream` fetches it from there, so receivers need not reach it.' }),
  ARTIFACT_STREAMS: z.coerce.number().int().min(2).max(10_000).default(128).meta({ description: 'Artifacts streamed at a time by each replica, at most half of them of one organization; more are answered with 503.' }),
};

/** Everything `matching` reads from its environment. */
export const matchingConfig = z.object({ ...commonConfig({ httpPort: 8081 }), ...natsConfig, ...databaseConfig, ...secretsConfig, ...bootstrapConfig, ...artifactsConfig, ...outboundConfig, ...healthRuleConfig });
export type MatchingConfig = z.output<typeof matchingConfig>;

/** Where artifacts are streamed: how many at a time, and from where besides public addresses. */
export function streamingOf(config: Pick<MatchingConfig, 'ARTIFACT_DELIVERY' | 'ARTIFACT_STREAMS'>, outboundAllow: string): { max: number; outboundAllow: string } | undefined {
  return config.ARTIFACT_DELIVERY === 'stream' ? { max: config.ARTIFACT_STREAMS, outboundAllow } : undefined;
}
