import { deliveryAttempted, deliveryRendered } from '@buildwire/contracts';
import { Backlog } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { DueStore } from './due-store.repository.js';
import { dueLateSeconds, dueWaiting } from './metrics.js';
import { Periodic } from './periodic.js';

const EVERY_MS = 10_000;
/** How far the clocks of NATS and Postgres may be apart. */
const CLOCKS_APART_MS = 60_000;

/** Keeps the due store in order: lapsed claims, what ended, what NATS lost; and measures it. */
@Injectable()
export class TendDueStore implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('TendDueStore');
  private readonly periodic = new Periodic('TendDueStore', EVERY_MS, () => this.tend());

  constructor(
    private readonly dueStore: DueStore,
    private readonly backlog: Backlog,
  ) {}

  onApplicationBootstrap(): void {
    this.periodic.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.periodic.stop();
  }

  private async tend(): Promise<void> {
    await this.dueStore.tidy();
    const { waiting, lateSeconds } = await this.dueStore.backlog();
    dueWaiting.set(waiting);
    dueLateSeconds.set(lateSeconds);
    await this.takeBackLost();
  }

  /**
   * A delivery on its way is a message of the retry lane, and then its report. What was sent before the oldest of either is neither:
   * NATS has lost it, say with its disk. The lane is asked first, because the report is stored before the message leaves the lane.
   */
  async takeBackLost(): Promise<void> {
    if (!(await this.dueStore.mayHaveLost())) return;
    const inLaneMs = await this.backlog.oldestAtMs(deliveryRendered.stream, 'delivery-retry');
    const reportedMs = await this.backlog.oldestAtMs(deliveryAttempted.stream, 'delivery');
    const lost = await this.dueStore.takeBack(Math.min(inLaneMs ?? Infinity, reportedMs ?? Infinity, Date.now()) - CLOCKS_APART_MS);
    if (lost > 0) this.logger.warn(`NATS lost ${lost} deliveries on their way; they are sent again`);
  }
}
