import { recoverWebhook, timestampOf, validate } from '@buildwire/contracts';
import type { RecoveredEvents } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { knownWebhookId } from './known-webhook-id.js';
import { RecoverWebhook } from './recover-webhook.js';

@Controller('v1/webhooks/:id/recover')
@UseGuards(ApiKeyGuard)
export class RecoveryController {
  constructor(private readonly recoverWebhook: RecoverWebhook) {}

  @Post()
  @HttpCode(202)
  async recover(@Organization() organizationId: string, @Param('id') id: string, @Body() body: unknown): Promise<RecoveredEvents> {
    const { until = timestampOf(Date.now()), ...window } = validate(recoverWebhook, body);
    return this.recoverWebhook.recover(organizationId, knownWebhookId(id), { ...window, until });
  }
}
