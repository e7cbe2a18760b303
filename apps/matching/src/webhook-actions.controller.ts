import { publicKeyOf, rotateSecret, validate } from '@buildwire/contracts';
import type { RotatedSecret, Webhook } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { knownWebhookId } from './known-webhook-id.js';
import { WebhookChanges } from './webhook-changes.js';
import { rotatedSecretFor } from './webhook-secret.js';
import { WebhookStates } from './webhook-states.repository.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** What is done to a webhook besides changing its settings. */
@Controller('v1/webhooks/:id')
@UseGuards(ApiKeyGuard)
export class WebhookActionsController {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly states: WebhookStates,
    private readonly changes: WebhookChanges,
  ) {}

  @Post('pause')
  @HttpCode(200)
  async pause(@Organization() organizationId: string, @Param('id') id: string): Promise<Webhook> {
    const paused = await this.states.pause(organizationId, knownWebhookId(id));
    await this.changes.announce({ organizationId, webhookId: id });
    return paused;
  }

  /** Also without a pause: what waits is brought forward. */
  @Post('resume')
  @HttpCode(200)
  async resume(@Organization() organizationId: string, @Param('id') id: string): Promise<Webhook> {
    const resumed = await this.states.resume(organizationId, knownWebhookId(id));
    await this.changes.announceResumption({ organizationId, webhookId: id });
    return resumed;
  }

  /** Only this answer holds the secret. */
  @Post('rotate-secret')
  @HttpCode(200)
  async rotateSecret(@Organization() organizationId: string, @Param('id') id: string, @Body() body?: unknown): Promise<RotatedSecret> {
    const { secret: given, overlapSeconds } = validate(rotateSecret, body ?? {});
    const { secret, previousExpiresAt } = await this.webhooks.rotateSecret(organizationId, knownWebhookId(id), (settings) => rotatedSecretFor(settings, given), overlapSeconds);
    await this.changes.announce({ organizationId, webhookId: id });
    return { secret, publicKey: publicKeyOf(secret) ?? null, previousExpiresAt };
  }
}
