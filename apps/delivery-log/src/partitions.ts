import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** Each has a partition for each UTC day: deliveries by when the event was received, attempts by when they were sent. */
const tables = ['delivery', 'attempt'] as const;
export type PartitionedTable = (typeof tables)[number];

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 2;
/** While a drop waits for its lock, all other queries on the table wait behind it; the next round tries again. */
const DROP_LOCK_TIMEOUT = '2s';
/** Any number that nobody else takes in this database: replicas that need a partition at once make it one by one. */
const LOCK = 7_317_610;

/** The day partitions of the delivery log. */
@Injectable()
export class Partitions {
  private known = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Makes the partitions for rows of these times, in epoch milliseconds, unless they exist. */
  async ensure(table: PartitionedTable, timesMs: readonly number[]): Promise<void> {
    for (const day of new Set(timesMs.map(dayOf))) {
      const name = nameOf(table, day);
      if (this.known.has(name)) continue;
      await this.database.query(creationOf(table, day));
      this.known.add(name);
    }
  }

  /** Makes today's partitions and those of the next days, so that no batch has to at midnight. */
  async prepare(nowMs: number): Promise<void> {
    const times = Array.from({ length: DAYS_AHEAD + 1 }, (_, days) => nowMs + days * DAY_MS);
    for (const table of tables) await this.ensure(table, times);
  }

  /** Drops the partitions whose whole day is before a time. */
  async dropBefore(timeMs: number): Promise<void> {
    for (const table of tables) {
      for (const name of await this.list(table)) {
        if (endOf(name) <= timeMs) await this.drop(name);
      }
    }
  }

  /** Another replica may have dropped what this one knows. */
  forget(): void {
    this.known.clear();
  }

  /** The names of a table's partitions, oldest first. */
  async list(table: PartitionedTable): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      'select relname::text as name from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = $1::regclass order by relname',
      [`delivery_log.${table}`],
    );
    return rows.map(({ name }) => name);
  }

  private async drop(name: string): Promise<void> {
    this.known.delete(name);
    await this.database.transaction(async (query) => {
      await query(`set local lock_timeout = '${DROP_LOCK_TIMEOUT}'`);
      await query(`drop table if exists delivery_log.${name}`);
    });
  }
}

/** Attaching an empty table lets readers and writers go on; CREATE TABLE … PARTITION OF would shut out both. */
function creationOf(table: PartitionedTable, day: number): string {
  const name = `delivery_log.${nameOf(table, day)}`;
  const [from, to] = [day, day + 1].map((edge) => new Date(edge * DAY_MS).toISOString());
  return `
    do $$ begin
      perform pg_advisory_xact_lock(${LOCK});
      if to_regclass('${name}') is null then
        create table ${name} (like delivery_log.${table} including all);
        alter table delivery_log.${table} attach partition ${name} for values from ('${from}') to ('${to}');
      end if;
    end $$`;
}

/** Days since the epoch. */
function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function nameOf(table: PartitionedTable, day: number): string {
  return `${table}_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** The end of a partition's day, in epoch milliseconds. */
function endOf(name: string): number {
  const [, year, month, day] = /_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
}
