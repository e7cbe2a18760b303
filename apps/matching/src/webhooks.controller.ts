import { ProblemError, createWebhook, publicKeyOf, updateWebhook, validate, webhookFilters, webhookId } from '@buildwire/contracts';
import type { CreatedWebhook, Webhook } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import type { Page } from '@buildwire/database';
import { checkFilter } from './check-filter.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhookList } from './webhook-list.query.js';
import { givenSecret, secretFor } from './webhook-secret.js';
import { WebhooksRepository } from './webhooks.repository.js';

@Controller('v1/webhooks')
@UseGuards(ApiKeyGuard)
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly webhookList: WebhookList,
    private readonly changes: WebhookChanges,
  ) {}

  /** Only this answer holds the secret. */
  @Post()
  async create(@Organization() organizationId: string, @Body() body: unknown): Promise<CreatedWebhook> {
    const { secret: given, ...settings } = validate(createWebhook, body);
    checkFilter(settings.filter);
    const secret = secretFor(settings, given);
    const created = await this.webhooks.create(organizationId, settings, secret);
    await this.changes.announce({ organizationId, webhookId: created.id });
    return { ...created, secret: secret ?? null, publicKey: secret === undefined ? null : (publicKeyOf(secret) ?? null) };
  }

  @Get()
  list(@Organization() organizationId: string, @Query() query: unknown): Promise<Page<Webhook>> {
    return this.webhookList.list(organizationId, validate(webhookFilters, query));
  }

  @Get(':id')
  get(@Organization() organizationId: string, @Param('id') id: string): Promise<Webhook> {
    return this.webhooks.get(organizationId, known(id));
  }

  @Patch(':id')
  async update(@Organization() organizationId: string, @Param('id') id: string, @Body() body: unknown): Promise<Webhook> {
    const { secret, ...change } = validate(updateWebhook, body);
    checkFilter(change.filter);
    const updated = await this.webhooks.update(organizationId, known(id), { ...change, ...(secret === undefined ? {} : { secret: givenSecret(secret) }) });
    await this.changes.announce({ organizationId, webhookId: id });
    return updated;
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Organization() organizationId: string, @Param('id') id: string): Promise<void> {
    await this.webhooks.remove(organizationId, known(id));
    await this.changes.announce({ organizationId, webhookId: id });
  }
}

/** What cannot be an id is nobody's. */
function known(id: string): string {
  if (!webhookId.safeParse(id).success) throw new ProblemError('not_found');
  return id;
}
