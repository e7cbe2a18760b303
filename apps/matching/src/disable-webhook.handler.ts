import { eventAccepted, operationalEvent, webhookRefused, webhookStopped } from '@buildwire/contracts';
import type { Webhook, WebhookRefused } from '@buildwire/contracts';
import { OnMessages, Publisher } from '@buildwire/messaging';
import { Controller, Logger } from '@nestjs/common';
import { WebhookChanges } from './webhook-changes.js';
import { WebhookStates } from './webhook-states.repository.js';

/** Makes webhooks inactive whose endpoint is gone, tells who wants to know, and has what waits canceled. Told again, all of it is the same again. */
@Controller()
export class DisableWebhookHandler {
  private readonly logger = new Logger('DisableWebhook');

  constructor(
    private readonly states: WebhookStates,
    private readonly changes: WebhookChanges,
    private readonly publisher: Publisher,
  ) {}

  @OnMessages('matching', webhookRefused)
  async handle(refusals: WebhookRefused[]): Promise<void> {
    for (const refusal of refusals) {
      const { organizationId, webhookId, reason, sentAtMs } = refusal;
      const webhook = await this.states.disable({ organizationId, webhookId, reason, atMs: sentAtMs });
      if (webhook === undefined) continue;
      this.logger.log(`webhook ${webhookId} of ${organizationId} is not active any more: ${reason}`);
      await this.changes.announce({ organizationId, webhookId });
      await this.publisher.publish(webhookStopped, { organizationId, webhookId, reason: `the webhook was disabled: ${reason}`, stoppedAtMs: sentAtMs });
      await this.publisher.publish(eventAccepted, disabledEvent(webhook, refusal));
    }
  }
}

function disabledEvent({ id, name, url, appId }: Webhook, refusal: WebhookRefused) {
  const { organizationId, reason, sentAtMs } = refusal;
  return operationalEvent({
    type: 'webhook.disabled',
    organizationId,
    appId: appId ?? refusal.appId ?? '',
    webhookId: id,
    key: `disabled:${sentAtMs}`,
    occurredAtMs: sentAtMs,
    reason,
    details: { webhookName: name, webhookUrl: url },
  });
}
