import { ApiKeys } from '@buildwire/database';
import { ApiKeyLookup } from '@buildwire/service-runtime';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AcceptEvents } from './accept-events.js';
import { EventsController } from './events.controller.js';
import { GrpcEventsController } from './grpc-events.controller.js';
import { NatsEvents } from './nats-events.js';

/** Takes events in by HTTP, gRPC and NATS. */
@Module({})
export class IngestionModule {
  static register(): DynamicModule {
    return {
      module: IngestionModule,
      controllers: [EventsController, GrpcEventsController],
      providers: [AcceptEvents, NatsEvents, { provide: ApiKeyLookup, useExisting: ApiKeys }],
    };
  }
}
