import { UnavailableError, deliveryClosed } from '@buildwire/contracts';
import type { WebhookChange } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { cancellationOf } from './delivery-cancellation.js';
import type { CanceledDelivery } from './delivery-cancellation.js';
import { DueStore } from './due-store.repository.js';
import { EndpointCircuits } from './endpoint-circuits.js';
import { WebhookBacklog } from './webhook-backlog.repository.js';
import { WebhookReader } from './webhook-reader.js';
import type { Found } from './webhook-settings.js';

/**
 * What a change of a webhook means for the deliveries that wait for it. What the webhook is now decides, not what was said, so
 * that changes may be told late, twice or in another order.
 */
@Injectable()
export class WebhookEffects implements BeforeApplicationShutdown {
  private turn: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly webhooks: WebhookReader,
    private readonly backlog: WebhookBacklog,
    private readonly dueStore: DueStore,
    private readonly circuits: EndpointCircuits,
    private readonly publisher: Publisher,
  ) {}

  /** Cancels all that waits, unless the webhook gets deliveries again. Throws an `UnavailableError` if it cannot finish now. */
  async cancelWaiting(webhook: WebhookChange, reason: string): Promise<void> {
    const cancelPortion = async (): Promise<boolean> => {
      if (reasonOfStop(await this.webhooks.read(webhook.webhookId)) === undefined) return false;
      const waiting = await this.backlog.next(webhook);
      await this.cancel(waiting, reason);
      return waiting.length > 0;
    };
    while (await this.inTurn(cancelPortion));
  }

  /**
   * Brings all that waits forward, to an endpoint of which nothing bad is known any more, unless the webhook is paused or gets no
   * deliveries. Throws an `UnavailableError` if it cannot finish now.
   */
  async bringForward(webhook: WebhookChange): Promise<void> {
    if (!isServed(await this.webhooks.read(webhook.webhookId))) return;
    this.circuits.forget(webhook.webhookId);
    const startAtMs = Date.now();
    const movePortion = async (progress: Awaited<ReturnType<WebhookBacklog['bringForward']>>) => {
      if (!isServed(await this.webhooks.read(webhook.webhookId))) return undefined;
      return this.backlog.bringForward(webhook, startAtMs, progress);
    };
    let progress = await this.inTurn(() => movePortion(undefined));
    while (progress !== undefined) progress = await this.inTurn(() => movePortion(progress));
  }

  /** They have ended for the log before they have for the due store: who dies in between does it again. */
  async cancel(deliveries: readonly CanceledDelivery[], reason: string): Promise<void> {
    await this.publisher.publishAll(deliveryClosed, deliveries.map((delivery) => cancellationOf(delivery, reason)));
    await this.dueStore.finish(deliveries.map(({ deliveryId }) => deliveryId));
  }

  /** The process ends: the rest is for another, or for later. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** One portion at a time, whatever has changed: changes share with each other, and leave the database to the deliveries. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.turn.then(() => {
      if (this.stopping) throw new UnavailableError('database', { detail: 'the process ends' });
      return work();
    });
    this.turn = done.catch(() => undefined);
    return done;
  }
}

/** Why it gets nothing more; undefined if it does. */
export function reasonOfStop(found: Found): string | undefined {
  if (found.kind === 'deleted') return 'the webhook was deleted';
  return found.kind === 'found' && !found.webhook.active ? 'the webhook is not active' : undefined;
}

/** It gets what is due. */
export function isServed(found: Found): boolean {
  return found.kind === 'found' && found.webhook.active && !found.webhook.paused;
}
