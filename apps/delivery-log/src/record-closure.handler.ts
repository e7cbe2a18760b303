import { deliveryClosed } from '@buildwire/contracts';
import type { DeliveryClosed } from '@buildwire/contracts';
import { OnMessages } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { changeOfClosure } from './delivery-change.js';
import { LogWriter } from './log-writer.js';

@Controller()
export class RecordClosureHandler {
  constructor(private readonly log: LogWriter) {}

  @OnMessages('delivery-log', deliveryClosed)
  async handle(records: DeliveryClosed[]): Promise<void> {
    await this.log.write(records.map(changeOfClosure));
  }
}
