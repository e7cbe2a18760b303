import { commonConfig, databaseConfig, natsConfig } from '@buildwire/service-runtime';
import { z } from 'zod';

/** How gRPC listens: shared with the standalone process. */
export const grpcConfig = {
  GRPC_HOST: z.string().default('127.0.0.1').meta({ description: 'Address that gRPC listens on.' }),
  GRPC_PORT: z.coerce.number().int().min(0).max(65_535).default(50_051).meta({ description: 'Port of gRPC; 0 takes any free one.' }),
};

/** Everything `ingestion` reads from its environment. */
export const ingestionConfig = z.object({ ...commonConfig({ httpPort: 8080 }), ...grpcConfig, ...natsConfig, ...databaseConfig });
export type IngestionConfig = z.output<typeof ingestionConfig>;
