import { deliveryAttempted, deliveryClosed, deliveryPostponed } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryClosed, DeliveryPostponed } from '@buildwire/contracts';
import { OnMessages } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { DueStore } from './due-store.repository.js';
import { scheduleOfAttempts, scheduleOfPostponements } from './schedule-deliveries.js';

/** Reports → due store. The reports are the truth, so Postgres may be away while deliveries are sent. */
@Controller()
export class ScheduleRetriesHandler {
  constructor(private readonly dueStore: DueStore) {}

  @OnMessages('delivery', deliveryAttempted)
  async attempted(attempts: DeliveryAttempted[]): Promise<void> {
    const { dues, ended } = scheduleOfAttempts(attempts);
    await this.dueStore.schedule(dues);
    await this.dueStore.finish(ended);
  }

  @OnMessages('delivery', deliveryPostponed)
  async postponed(postponements: DeliveryPostponed[]): Promise<void> {
    await this.dueStore.schedule(scheduleOfPostponements(postponements));
  }

  @OnMessages('delivery', deliveryClosed)
  async closed(closures: DeliveryClosed[]): Promise<void> {
    await this.dueStore.finish(closures.map(({ deliveryId }) => deliveryId));
  }
}
