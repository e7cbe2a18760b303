import { MAX_BATCH_BYTES } from '@buildwire/contracts';
import { hostService } from '@buildwire/service-host';
import { loadConfig } from '@buildwire/service-runtime';
import { ingestionConfig } from './config.js';
import { grpcServer } from './grpc-server.js';
import { IngestionModule } from './ingestion.module.js';

const config = loadConfig(ingestionConfig);
await hostService({
  name: 'ingestion',
  services: ['ingestion'],
  config,
  bodyLimit: MAX_BATCH_BYTES,
  modules: [IngestionModule.register()],
  transports: [grpcServer(`${config.GRPC_HOST}:${config.GRPC_PORT}`)],
});
