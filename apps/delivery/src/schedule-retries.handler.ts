import { deliveryAttempted, deliveryClosed, deliveryPostponed, eventAccepted } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryClosed, DeliveryPostponed } from '@buildwire/contracts';
import { OnMessages, Publisher } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { DueStore } from './due-store.repository.js';
import { exhaustedEvents } from './endpoint-events.js';
import { EndpointHealth } from './endpoint-health.js';
import { Latecomers } from './latecomers.js';
import { scheduleOfAttempts, scheduleOfPostponements } from './schedule-deliveries.js';

/** Reports → due store, and the health of endpoints. The reports are the truth, so Postgres may be away while deliveries are sent. */
@Controller()
export class ScheduleRetriesHandler {
  constructor(
    private readonly dueStore: DueStore,
    private readonly latecomers: Latecomers,
    private readonly health: EndpointHealth,
    private readonly publisher: Publisher,
  ) {}

  @OnMessages('delivery', deliveryAttempted)
  async attempted(attempts: DeliveryAttempted[]): Promise<void> {
    const { dues, ended } = scheduleOfAttempts(attempts);
    await this.dueStore.schedule(dues);
    await this.dueStore.finish(ended);
    await this.latecomers.cancelStopped(dues.map(({ delivery }) => delivery));
    await this.publisher.publishAll(eventAccepted, exhaustedEvents(attempts));
    // Last: what is tried again as a whole would be counted again.
    await this.health.record(attempts);
  }

  @OnMessages('delivery', deliveryPostponed)
  async postponed(postponements: DeliveryPostponed[]): Promise<void> {
    const dues = scheduleOfPostponements(postponements);
    await this.dueStore.schedule(dues);
    await this.latecomers.cancelStopped(dues.map(({ delivery }) => delivery));
    await this.latecomers.hurryResumed(postponements);
  }

  @OnMessages('delivery', deliveryClosed)
  async closed(closures: DeliveryClosed[]): Promise<void> {
    await this.dueStore.finish(closures.map(({ deliveryId }) => deliveryId));
  }
}
