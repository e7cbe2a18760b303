import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError, deliveryClosed, deliveryRendered, renderedAlone } from '@buildwire/contracts';
import { Backlog, Publisher } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { cancellationOf } from './delivery-cancellation.js';
import { DueClaims } from './due-claims.repository.js';
import { DueStore } from './due-store.repository.js';
import { claimSeconds } from './metrics.js';
import { ReleaseRate } from './release-rate.js';

const POLL_MS = 200;
/** Deliveries released at a time. */
const BATCH = 200;
/** What the retry lane may hold. The rest waits in Postgres, where it is in nobody's way: a full stream would refuse new events too. */
const LANE_ROOM = 1_000;
const LANE = 'delivery-retry';

/** Puts deliveries that are due back on the path, in the retry lane. Any number of replicas may do it side by side. */
@Injectable()
export class ReleaseDue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('ReleaseDue');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly claims: DueClaims,
    private readonly dueStore: DueStore,
    private readonly publisher: Publisher,
    private readonly backlog: Backlog,
    private readonly rate: ReleaseRate,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.runForEver();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async runForEver(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const pauseMs = await this.releaseOnce();
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Says how long to pause. */
  private async releaseOnce(): Promise<number> {
    try {
      const wanted = await this.wanted();
      const isAll = wanted === 0 || (await this.release(wanted)) < wanted;
      return isAll ? POLL_MS : this.rate.pauseMs(POLL_MS);
    } catch (error) {
      const expected = error instanceof UnavailableError;
      this.logger[expected ? 'debug' : 'error'](`due deliveries could not be released: ${String(error)}`);
      return POLL_MS;
    }
  }

  private async wanted(): Promise<number> {
    const allowed = Math.min(BATCH, this.rate.available());
    if (allowed === 0) return 0;
    const room = LANE_ROOM - (await this.backlog.unsettled(deliveryRendered.stream, LANE));
    return Math.max(0, Math.min(allowed, room));
  }

  private async release(limit: number): Promise<number> {
    const timed = claimSeconds.startTimer();
    const claim = await this.claims.claim(limit);
    timed();
    const { deliveries, canceled } = claim;
    this.rate.take(deliveries.length + canceled.length);
    await this.publisher.publishAll(deliveryRendered, deliveries.map(renderedAlone));
    await this.claims.markSent(claim);
    await this.publisher.publishAll(deliveryClosed, canceled.map(({ delivery, reason }) => cancellationOf(delivery, reason)));
    await this.dueStore.finish(canceled.map(({ delivery }) => delivery.deliveryId));
    return deliveries.length + canceled.length;
  }
}
