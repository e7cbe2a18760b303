import { eventAccepted, webhookRefused } from '@buildwire/contracts';
import type { HealthRule } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { failingEvent } from './endpoint-events.js';
import { EndpointHealthStore } from './endpoint-health.repository.js';
import type { FailingWebhook } from './endpoint-health.repository.js';
import { Periodic } from './periodic.js';

export const HEALTH_RULE = Symbol('HEALTH_RULE');

const HOUR_MS = 3_600_000;
const LONGEST_PAUSE_MS = 10_000;
const SHORTEST_PAUSE_MS = 200;
const TIDY_MS = HOUR_MS;
const PORTION = 500;

/** Tells of webhooks that had no success for long, and later has them disabled. Any number of replicas may do it side by side. */
@Injectable()
export class EndpointHealthRule implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('EndpointHealthRule');
  private readonly disableAfterMs: number;
  private readonly warnAfterMs: number;
  private readonly applying: Periodic;
  private tidiedAtMs = performance.now();

  constructor(
    @Inject(HEALTH_RULE) rule: HealthRule,
    private readonly store: EndpointHealthStore,
    private readonly publisher: Publisher,
  ) {
    this.disableAfterMs = rule.disableAfterHours * HOUR_MS;
    this.warnAfterMs = rule.warnAfterHours * HOUR_MS;
    const soonestMs = Math.min(this.disableAfterMs, this.warnAfterMs);
    this.applying = new Periodic('EndpointHealthRule', Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, soonestMs / 10)), () => this.apply());
  }

  onModuleInit(): void {
    this.applying.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.applying.stop();
  }

  /** What was told is noted afterwards: who dies in between tells the same again, and it is taken once. */
  async apply(): Promise<void> {
    await this.inPortions(this.warnAfterMs, 'warned_at', (failing) => this.warn(failing));
    await this.inPortions(this.disableAfterMs, 'refused_at', (failing) => this.disable(failing));
    if (performance.now() - this.tidiedAtMs < TIDY_MS) return;
    this.tidiedAtMs = performance.now();
    await this.store.tidy();
  }

  private async inPortions(forMs: number, what: 'warned_at' | 'refused_at', tell: (failing: FailingWebhook) => Promise<void>): Promise<void> {
    for (;;) {
      const portion = await this.store.failing(forMs, what, PORTION);
      await Promise.all(portion.map(tell));
      await this.store.noteTold(portion.map(({ webhookId }) => webhookId), what);
      if (portion.length < PORTION) return;
    }
  }

  private async warn(failing: FailingWebhook): Promise<void> {
    this.logger.log(`webhook ${failing.webhookId} of ${failing.organizationId} had no success for long`);
    await this.publisher.publish(eventAccepted, failingEvent(failing, this.warnAfterMs, failing.failingSinceMs + this.disableAfterMs));
  }

  private async disable({ organizationId, webhookId, appId, reason, failingSinceMs, lastFailureAtMs }: FailingWebhook): Promise<void> {
    const why = `no attempt succeeded since ${new Date(failingSinceMs).toISOString()}${reason === null ? '' : `; the last: ${reason}`}`;
    await this.publisher.publish(webhookRefused, { organizationId, webhookId, appId, reason: why, sentAtMs: lastFailureAtMs });
  }
}
