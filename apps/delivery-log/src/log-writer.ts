import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import type { AttemptRow } from './attempt-row.js';
import type { DeliveryChange } from './delivery-change.js';
import { Partitions } from './partitions.js';
import { recordDeliveries } from './record-deliveries.sql.js';

/** The only writer of deliveries and attempts. */
@Injectable()
export class LogWriter {
  constructor(
    private readonly database: Database,
    private readonly partitions: Partitions,
  ) {}

  /** Stores all or nothing; storing the same again, in whatever order and company, changes nothing. */
  async write(changes: readonly DeliveryChange[], attempts: readonly AttemptRow[] = []): Promise<void> {
    try {
      await this.insert(changes, attempts);
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      this.partitions.forget();
      await this.insert(changes, attempts);
    }
  }

  private async insert(changes: readonly DeliveryChange[], attempts: readonly AttemptRow[]): Promise<void> {
    await this.partitions.ensure('delivery', changes.map((change) => Date.parse(change.created_at)));
    await this.partitions.ensure('attempt', attempts.map((attempt) => Date.parse(attempt.sent_at)));
    await this.database.query(recordDeliveries, [JSON.stringify(changes), JSON.stringify(attempts)]);
  }
}

/** A check violation without a constraint: no partition takes the row. */
function isMissingPartition(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23514' && !('constraint' in error && error.constraint !== undefined);
}
