import { MAX_BATCH_BYTES, protoLoaderOptions, protoPath } from '@buildwire/contracts';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath as healthProto } from 'grpc-health-check';
import { Transport } from '@nestjs/microservices';
import type { GrpcOptions } from '@nestjs/microservices';
import { passOnUnreadable } from './unreadable-request.js';

const { events, includeDir } = protoPath();
const PACKAGE = 'buildwire.events.v1';
const SERVICE = `${PACKAGE}.EventIngestion`;

/** The gRPC transport: events, health (`grpc.health.v1`) and reflection. `url` is host and port. */
export function grpcServer(url: string): GrpcOptions {
  return {
    transport: Transport.GRPC,
    options: {
      url,
      package: PACKAGE,
      protoPath: [events, healthProto],
      loader: { ...protoLoaderOptions, includeDirs: [includeDir] },
      maxReceiveMessageLength: MAX_BATCH_BYTES,
      gracefulShutdown: true,
      keepalive: { keepaliveTimeMs: 30_000, keepaliveTimeoutMs: 10_000 },
      onLoadPackageDefinition: (definition, server) => {
        passOnUnreadable(definition, SERVICE);
        new ReflectionService(definition).addToServer(server);
        new HealthImplementation({ '': 'SERVING', [SERVICE]: 'SERVING' }).addToServer(server);
      },
    },
  };
}
