import { ProblemError, previewUnsavedWebhook, previewWebhook, validate, webhookId } from '@buildwire/contracts';
import type { Preview } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { Previews } from './previews.js';

/** Here, though webhooks are matching's: only who sends knows the exact request. */
@Controller('v1/webhooks')
@UseGuards(ApiKeyGuard)
export class PreviewController {
  constructor(private readonly previews: Previews) {}

  @Post('preview')
  @HttpCode(200)
  async unsaved(@Organization() organizationId: string, @Body() body: unknown): Promise<Preview> {
    const { webhook, ...chosen } = validate(previewUnsavedWebhook, body);
    return this.previews.ofUnsaved(organizationId, webhook, chosen);
  }

  @Post(':id/preview')
  @HttpCode(200)
  async saved(@Organization() organizationId: string, @Param('id') id: string, @Body() body: unknown): Promise<Preview> {
    const chosen = validate(previewWebhook, body ?? {});
    if (!webhookId.safeParse(id).success) throw new ProblemError('not_found');
    return this.previews.ofSaved(organizationId, id, chosen);
  }
}
