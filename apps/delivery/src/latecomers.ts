import type { DeliveryPostponed, RenderedDelivery } from '@buildwire/contracts';
import { Injectable } from '@nestjs/common';
import { WebhookBacklog } from './webhook-backlog.repository.js';
import { WebhookDirectory } from './webhook-directory.js';
import { WebhookEffects, isServed, reasonOfStop } from './webhook-effects.js';

/** Why a delivery was put off. */
export const PAUSED = 'the webhook is paused';

/** Deliveries that were under way while their webhook changed, and began to wait when what waited had been dealt with. */
@Injectable()
export class Latecomers {
  constructor(
    private readonly webhooks: WebhookDirectory,
    private readonly effects: WebhookEffects,
    private readonly backlog: WebhookBacklog,
  ) {}

  /** Cancels those whose webhook gets nothing more. */
  async cancelStopped(waiting: readonly RenderedDelivery[]): Promise<void> {
    const reasons = await Promise.all(waiting.map(async (delivery) => reasonOfStop(await this.find(delivery))));
    for (const reason of new Set(reasons)) {
      if (reason !== undefined) await this.effects.cancel(waiting.filter((_, index) => reasons[index] === reason), reason);
    }
  }

  /** Brings those forward that a pause kept back which is over. */
  async hurryResumed(postponements: readonly DeliveryPostponed[]): Promise<void> {
    const paused = postponements.filter(({ reason }) => reason === PAUSED);
    const served = await Promise.all(paused.map(async (delivery) => isServed(await this.find(delivery))));
    await this.backlog.bringForwardThese(paused.filter((_, index) => served[index]).map(({ deliveryId }) => deliveryId));
  }

  private find({ organizationId, webhookId }: RenderedDelivery) {
    return this.webhooks.find(organizationId, webhookId);
  }
}
