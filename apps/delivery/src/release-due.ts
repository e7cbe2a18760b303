import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError, deliveryRendered } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { DueStore } from './due-store.repository.js';

const POLL_MS = 200;
const TIDY_MS = 10_000;
/** Deliveries released at a time. */
const BATCH = 500;

/** Puts deliveries that are due back on the path, in the retry lane. Any number of replicas may do it side by side. */
@Injectable()
export class ReleaseDue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('ReleaseDue');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private tidiedAtMs = 0;

  constructor(
    private readonly dueStore: DueStore,
    private readonly publisher: Publisher,
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
      const released = await this.releaseOnce();
      if (released < BATCH) await sleep(POLL_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async releaseOnce(): Promise<number> {
    try {
      await this.tidySometimes();
      const claim = await this.dueStore.claim(BATCH);
      if (claim.deliveries.length === 0) return 0;
      await this.publisher.publishAll(deliveryRendered, claim.deliveries);
      await this.dueStore.markSent(claim);
      return claim.deliveries.length;
    } catch (error) {
      const expected = error instanceof UnavailableError;
      this.logger[expected ? 'debug' : 'error'](`due deliveries could not be released: ${String(error)}`);
      return 0;
    }
  }

  private async tidySometimes(): Promise<void> {
    if (performance.now() - this.tidiedAtMs < TIDY_MS) return;
    this.tidiedAtMs = performance.now();
    await this.dueStore.tidy();
  }
}
