import { EVENTS_PACKAGE, EVENT_INGESTION, MAX_BATCH_BYTES, protoLoaderOptions, protoPath } from '@buildwire/contracts';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath as healthProto } from 'grpc-health-check';
import type { CustomStrategy } from '@nestjs/microservices';
import { DrainingGrpc } from './draining-grpc.js';
import { passOnUnreadable } from './unreadable-request.js';

const { events, includeDir } = protoPath();

/** The gRPC transport: events, health (`grpc.health.v1`) and reflection. `url` is host and port. */
export function grpcServer(url: string): CustomStrategy {
  const strategy = new DrainingGrpc({
    url,
    package: EVENTS_PACKAGE,
    protoPath: [events, healthProto],
    loader: { ...protoLoaderOptions, includeDirs: [includeDir] },
    maxReceiveMessageLength: MAX_BATCH_BYTES,
    gracefulShutdown: true,
    keepalive: { keepaliveTimeMs: 30_000, keepaliveTimeoutMs: 10_000 },
    onLoadPackageDefinition: (definition, server) => {
      passOnUnreadable(definition, EVENT_INGESTION);
      new ReflectionService(definition).addToServer(server);
      new HealthImplementation({ '': 'SERVING', [EVENT_INGESTION]: 'SERVING' }).addToServer(server);
    },
  });
  return { strategy };
}
