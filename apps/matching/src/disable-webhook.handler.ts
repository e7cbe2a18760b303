import { webhookRefused } from '@buildwire/contracts';
import type { WebhookRefused } from '@buildwire/contracts';
import { OnMessages } from '@buildwire/messaging';
import { Controller, Logger } from '@nestjs/common';
import { WebhookChanges } from './webhook-changes.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Makes webhooks inactive whose endpoint is gone; deliveries that wait are then canceled. */
@Controller()
export class DisableWebhookHandler {
  private readonly logger = new Logger('DisableWebhook');

  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly changes: WebhookChanges,
  ) {}

  @OnMessages('matching', webhookRefused)
  async handle(refusals: WebhookRefused[]): Promise<void> {
    for (const { organizationId, webhookId, reason, sentAtMs } of refusals) {
      const disabled = await this.webhooks.disable(organizationId, webhookId, sentAtMs);
      if (!disabled) continue;
      this.logger.log(`webhook ${webhookId} of ${organizationId} is not active any more: ${reason}`);
      await this.changes.announce({ organizationId, webhookId });
    }
  }
}
