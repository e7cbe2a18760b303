import { MAX_BATCH_BYTES } from '@buildwire/contracts';
import { startService } from '@buildwire/service-host';
import { ingestionConfig } from './config.js';
import { grpcServer } from './grpc-server.js';
import { IngestionModule } from './ingestion.module.js';

await startService(ingestionConfig, (config) => ({
  name: 'ingestion',
  services: ['ingestion'],
  config,
  bodyLimit: MAX_BATCH_BYTES,
  modules: [IngestionModule.register()],
  transports: [grpcServer(`${config.GRPC_HOST}:${config.GRPC_PORT}`)],
}));
