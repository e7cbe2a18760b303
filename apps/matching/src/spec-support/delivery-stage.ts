import { deliveryAttempted, deliveryClosed, deliveryPostponed, deliveryRendered, webhookResumed, webhookStopped } from '@buildwire/contracts';
import type { WebhookResumed, WebhookStopped } from '@buildwire/contracts';
import { OnMessage, OnMessages } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';

/** What the sending stage is told of webhooks. */
@Controller()
export class DeliveryStage {
  readonly stopped: WebhookStopped[] = [];
  readonly resumed: WebhookResumed[] = [];

  @OnMessages('delivery', webhookStopped)
  async stop(records: WebhookStopped[]): Promise<void> {
    this.stopped.push(...records);
  }

  @OnMessages('delivery', webhookResumed)
  async resume(records: WebhookResumed[]): Promise<void> {
    this.resumed.push(...records);
  }

  @OnMessage('delivery', deliveryRendered)
  async send(): Promise<void> {}

  @OnMessages('delivery', deliveryAttempted)
  async attempted(): Promise<void> {}

  @OnMessages('delivery', deliveryPostponed)
  async postponed(): Promise<void> {}

  @OnMessages('delivery', deliveryClosed)
  async closed(): Promise<void> {}
}
