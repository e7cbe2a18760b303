import { messageDeadLettered, timestampOf } from '@buildwire/contracts';
import type { MessageDeadLettered } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { OnMessages } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { hexBytes, storable } from './storable-text.js';

/** Bounds the memory of one statement: a payload may have 256 KiB. */
const MAX_ROWS = 16;

const insertDeadLetters = `
  insert into delivery_log.dead_letter
  select * from json_populate_recordset(null::delivery_log.dead_letter, $1::json) order by id
  on conflict do nothing`;

@Controller()
export class RecordDeadLetterHandler {
  constructor(private readonly database: Database) {}

  @OnMessages('delivery-log', messageDeadLettered)
  async handle(records: MessageDeadLettered[]): Promise<void> {
    for (let start = 0; start < records.length; start += MAX_ROWS) {
      const rows = records.slice(start, start + MAX_ROWS).map(deadLetterRow);
      await this.database.query(insertDeadLetters, [JSON.stringify(rows)]);
    }
  }
}

function deadLetterRow(record: MessageDeadLettered) {
  return {
    id: record.id,
    organization_id: storable(record.organizationId),
    service: storable(record.service),
    subject: storable(record.subject),
    reason: storable(record.reason),
    payload: hexBytes(Buffer.from(record.payload, 'base64')),
    truncated: record.truncated,
    occurred_at: timestampOf(record.occurredAtMs),
  };
}
