import { timestampOf } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Partitions } from './partitions.js';

/** How many days the log is kept. */
export const RETENTION_DAYS = Symbol('retention days');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A process that has just started may still have to bring the tables up to date. */
const FIRST_ROUND_MS = 10_000;
const RETRY_MS = 60_000;

/** Makes the partitions to come and drops what is too old, every hour. Any number of replicas may do so at once. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Retention');
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly partitions: Partitions,
    @Inject(RETENTION_DAYS) private readonly retentionDays: number,
  ) {}

  onApplicationBootstrap(): void {
    this.startRoundIn(FIRST_ROUND_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  /** One round: after it, batches of today and the next days find their partitions. */
  async apply(nowMs: number): Promise<void> {
    const oldestMs = nowMs - this.retentionDays * DAY_MS;
    await this.partitions.prepare(nowMs);
    await this.partitions.dropBefore(oldestMs);
    await this.database.query('delete from delivery_log.dead_letter where occurred_at < $1', [timestampOf(oldestMs)]);
  }

  private startRoundIn(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.tryRound();
    }, delayMs).unref();
  }

  private async tryRound(): Promise<void> {
    try {
      await this.apply(Date.now());
      this.startRoundIn(HOUR_MS);
    } catch (error) {
      this.logger.warn(`the log was not tended, trying again in a minute: ${String(error)}`);
      this.startRoundIn(RETRY_MS);
    }
  }
}
