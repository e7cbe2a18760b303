import { WebhookClient, parseAllowList } from '@buildwire/outbound-http';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AttemptSender } from './attempt-sender.js';
import { DueStore } from './due-store.repository.js';
import { EndpointCircuits } from './endpoint-circuits.js';
import { OutboundClient } from './outbound-client.js';
import { ReleaseDue } from './release-due.js';
import { ScheduleRetriesHandler } from './schedule-retries.handler.js';
import { SendDeliveryHandler } from './send-delivery.handler.js';
import { WebhookDirectory } from './webhook-directory.js';
import { WebhookReader } from './webhook-reader.js';

/** Signs and sends deliveries, and keeps those that wait. */
@Module({})
export class DeliveryModule {
  static register(options: { outboundAllow: string }): DynamicModule {
    return {
      module: DeliveryModule,
      controllers: [SendDeliveryHandler, ScheduleRetriesHandler],
      providers: [
        { provide: WebhookClient, useFactory: () => new WebhookClient({ allow: parseAllowList(options.outboundAllow) }) },
        OutboundClient,
        AttemptSender,
        DueStore,
        EndpointCircuits,
        ReleaseDue,
        WebhookDirectory,
        WebhookReader,
      ],
    };
  }
}
