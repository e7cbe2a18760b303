import { createWebhook, publicKeyOf, updateWebhook, validate, webhookFilters } from '@buildwire/contracts';
import type { CreatedWebhook, UpdatedWebhook, Webhook, WebhookChange } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import type { Page } from '@buildwire/database';
import { checkFilter } from './check-filter.js';
import { knownWebhookId } from './known-webhook-id.js';
import { recoveryOf } from './recovery-offer.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhookList } from './webhook-list.query.js';
import { givenSecret, secretFor } from './webhook-secret.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { ChangedWebhook } from './webhooks.repository.js';

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
    return this.webhooks.get(organizationId, knownWebhookId(id));
  }

  @Patch(':id')
  async update(@Organization() organizationId: string, @Param('id') id: string, @Body() body: unknown): Promise<UpdatedWebhook> {
    const { secret, ...change } = validate(updateWebhook, body);
    checkFilter(change.filter);
    const changed = await this.webhooks.update(organizationId, knownWebhookId(id), { ...change, ...(secret === undefined ? {} : { secret: givenSecret(secret) }) });
    await this.announce({ organizationId, webhookId: id }, changed);
    const { webhook, wasDisabled } = changed;
    return wasDisabled === null || !webhook.active ? webhook : { ...webhook, recovery: recoveryOf(webhook, wasDisabled.at, Date.now()) };
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Organization() organizationId: string, @Param('id') id: string): Promise<void> {
    await this.webhooks.remove(organizationId, knownWebhookId(id));
    await this.changes.announceStop({ organizationId, webhookId: id }, 'the webhook was deleted');
  }

  private announce(change: WebhookChange, { webhook, wasActive, moved }: ChangedWebhook): Promise<void> {
    if (wasActive && !webhook.active) return this.changes.announceStop(change, 'the webhook is not active');
    if (webhook.active && (moved || !wasActive)) return this.changes.announceResumption(change);
    return this.changes.announce(change);
  }
}
