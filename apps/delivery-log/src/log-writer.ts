import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { attemptColumns } from './attempt-row.js';
import type { AttemptRow } from './attempt-row.js';
import { changeColumns } from './delivery-change.js';
import type { DeliveryChange } from './delivery-change.js';
import { Partitions } from './partitions.js';
import { recordDeliveries } from './record-deliveries.sql.js';

interface Round {
  changes: DeliveryChange[];
  attempts: AttemptRow[];
}

/** The only writer of deliveries and attempts. */
@Injectable()
export class LogWriter {
  constructor(
    private readonly database: Database,
    private readonly partitions: Partitions,
  ) {}

  /**
   * Stores what messages say; each attempt comes with the change that it makes. Storing the same again, in whatever order
   * and company, changes nothing, so what failed halfway is stored by doing it again.
   */
  async write(changes: readonly DeliveryChange[], attempts: readonly AttemptRow[] = []): Promise<void> {
    for (const round of roundsOf(changes, attempts)) await this.insistOn(round);
  }

  private async insistOn(round: Round): Promise<void> {
    try {
      await this.insert(round);
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      this.partitions.forget();
      await this.insert(round);
    }
  }

  private async insert({ changes, attempts }: Round): Promise<void> {
    await this.partitions.ensure('delivery', changes.map((change) => change.created_at));
    await this.partitions.ensure('attempt', attempts.map((attempt) => attempt.sent_at));
    await this.database.query(recordDeliveries, [...attemptColumns.parameters(attempts), ...changeColumns.parameters(changes)]);
  }
}

/**
 * The first word about each delivery, then the second, and so on, with as many of the attempts: a statement cannot write a
 * row twice. Most batches are one round.
 */
function roundsOf(changes: readonly DeliveryChange[], attempts: readonly AttemptRow[]): Round[] {
  const changesOf = turnsOf(inOrder(changes, (change) => change.id), (change) => change.id);
  const attemptsOf = turnsOf(inOrder(attempts, (attempt) => attempt.delivery_id), (attempt) => attempt.delivery_id);
  return changesOf.map((turn, index) => ({ changes: turn, attempts: attemptsOf[index] ?? [] }));
}

/** In one order everywhere: replicas never wait for each other in a circle. */
function inOrder<Row>(rows: readonly Row[], deliveryOf: (row: Row) => string): Row[] {
  return rows.toSorted((one, other) => (deliveryOf(one) < deliveryOf(other) ? -1 : 1));
}

function turnsOf<Row>(rows: readonly Row[], deliveryOf: (row: Row) => string): Row[][] {
  const seen = new Map<string, number>();
  const turns: Row[][] = [];
  for (const row of rows) {
    const turn = seen.get(deliveryOf(row)) ?? 0;
    seen.set(deliveryOf(row), turn + 1);
    (turns[turn] ??= []).push(row);
  }
  return turns;
}

/** A check violation without a constraint: no partition takes the row. */
function isMissingPartition(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23514' && !('constraint' in error && error.constraint !== undefined);
}
