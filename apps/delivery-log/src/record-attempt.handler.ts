import { deliveryAttempted } from '@buildwire/contracts';
import type { DeliveryAttempted } from '@buildwire/contracts';
import { OnMessages } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { attemptRow } from './attempt-row.js';
import { changeOfAttempt } from './delivery-change.js';
import { LogWriter } from './log-writer.js';

/** Bounds the memory of one statement; bodies may be large. */
const MAX_BODY_CHARACTERS = 4 * 1024 * 1024;

@Controller()
export class RecordAttemptHandler {
  constructor(private readonly log: LogWriter) {}

  @OnMessages('delivery-log', deliveryAttempted)
  async handle(records: DeliveryAttempted[]): Promise<void> {
    for (const part of partsOf(records)) await this.log.write(part.map(changeOfAttempt), part.map(attemptRow));
  }
}

function* partsOf(records: readonly DeliveryAttempted[]): Generator<DeliveryAttempted[]> {
  let part: DeliveryAttempted[] = [];
  let characters = 0;
  for (const record of records) {
    const more = record.body.length + (record.response?.body.length ?? 0);
    if (part.length > 0 && characters + more > MAX_BODY_CHARACTERS) {
      yield part;
      [part, characters] = [[], 0];
    }
    part.push(record);
    characters += more;
  }
  if (part.length > 0) yield part;
}
