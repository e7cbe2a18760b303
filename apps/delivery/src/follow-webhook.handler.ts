import { webhookResumed, webhookStopped } from '@buildwire/contracts';
import type { WebhookResumed, WebhookStopped } from '@buildwire/contracts';
import { OnMessage } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { WebhookEffects } from './webhook-effects.js';

/** webhookStopped → what waits is canceled; webhookResumed → it is brought forward. */
@Controller()
export class FollowWebhookHandler {
  constructor(private readonly effects: WebhookEffects) {}

  @OnMessage('delivery', webhookStopped)
  async stopped({ organizationId, webhookId, reason }: WebhookStopped): Promise<void> {
    await this.effects.cancelWaiting({ organizationId, webhookId }, reason);
  }

  @OnMessage('delivery', webhookResumed)
  async resumed({ organizationId, webhookId }: WebhookResumed): Promise<void> {
    await this.effects.bringForward({ organizationId, webhookId });
  }
}
