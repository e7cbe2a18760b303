import { deliveryPostponed } from '@buildwire/contracts';
import type { DeliveryPostponed } from '@buildwire/contracts';
import { OnMessages } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { changeOfPostponement } from './delivery-change.js';
import { LogWriter } from './log-writer.js';

@Controller()
export class RecordPostponementHandler {
  constructor(private readonly log: LogWriter) {}

  @OnMessages('delivery-log', deliveryPostponed)
  async handle(records: DeliveryPostponed[]): Promise<void> {
    await this.log.write(records.map(changeOfPostponement));
  }
}
