import { ApiKeys } from '@buildwire/database';
import { ApiKeyLookup } from '@buildwire/service-runtime';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Attempts } from './attempts.repository.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { LoggedDeadLetters } from './dead-letters.repository.js';
import { DeliveriesController } from './deliveries.controller.js';
import { Deliveries } from './deliveries.repository.js';
import { EventDeliveriesController } from './event-deliveries.controller.js';
import { EventDeliveries } from './event-deliveries.repository.js';
import { LogWriter } from './log-writer.js';
import { Partitions } from './partitions.js';
import { PendingDeliveries } from './pending-deliveries.repository.js';
import { RecordAttemptHandler } from './record-attempt.handler.js';
import { RecordClosureHandler } from './record-closure.handler.js';
import { RecordDeadLetterHandler } from './record-dead-letter.handler.js';
import { RecordPostponementHandler } from './record-postponement.handler.js';
import { ResendDelivery } from './resend-delivery.js';
import { ResendFailedDeliveries } from './resend-failed-deliveries.js';
import { RETENTION_DAYS, Retention } from './retention.js';

/** Keeps what became of deliveries, answers queries about it, and sends again. */
@Module({})
export class DeliveryLogModule {
  static register({ retentionDays }: { retentionDays: number }): DynamicModule {
    return {
      module: DeliveryLogModule,
      controllers: [
        RecordAttemptHandler,
        RecordPostponementHandler,
        RecordClosureHandler,
        RecordDeadLetterHandler,
        DeliveriesController,
        EventDeliveriesController,
        DeadLettersController,
      ],
      providers: [
        LogWriter,
        Partitions,
        Retention,
        { provide: RETENTION_DAYS, useValue: retentionDays },
        Deliveries,
        Attempts,
        PendingDeliveries,
        EventDeliveries,
        LoggedDeadLetters,
        ResendDelivery,
        ResendFailedDeliveries,
        { provide: ApiKeyLookup, useExisting: ApiKeys },
      ],
    };
  }
}
