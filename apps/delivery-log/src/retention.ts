import { timestampOf } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Partitions } from './partitions.js';

/** How many days the log is kept. */
export const RETENTION_DAYS = Symbol('retention days');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Makes the partitions to come and drops what is too old, every hour. Any number of replicas may do so at once. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Retention');
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly partitions: Partitions,
    @Inject(RETENTION_DAYS) private readonly retentionDays: number,
  ) {}

  /** Starting does not wait for it: the database may come later, and batches make the partitions they need. */
  onApplicationBootstrap(): void {
    this.startRound();
    this.timer = setInterval(() => this.startRound(), HOUR_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  async apply(nowMs: number): Promise<void> {
    const oldestMs = nowMs - this.retentionDays * DAY_MS;
    await this.partitions.prepare(nowMs);
    await this.partitions.dropBefore(oldestMs);
    await this.database.query('delete from delivery_log.dead_letter where occurred_at < $1', [timestampOf(oldestMs)]);
  }

  private startRound(): void {
    this.round = this.apply(Date.now()).catch((error: unknown) => this.logger.warn(`the log was not tended, trying again in an hour: ${String(error)}`));
  }
}
