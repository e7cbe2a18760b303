import { ProblemError, acceptedExample, deliveryIdOf, eventAccepted, exampleTypeFor, millisecondsOf, testWebhook, validate } from '@buildwire/contracts';
import type { StartedTest } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { knownWebhookId } from './known-webhook-id.js';
import { TestedWebhooks } from './tested-webhooks.query.js';
import type { TestedWebhook } from './tested-webhooks.query.js';

/** Tests of webhooks: an example takes the path of every event. */
@Controller('v1/webhooks')
@UseGuards(ApiKeyGuard)
export class TestController {
  constructor(
    private readonly webhooks: TestedWebhooks,
    private readonly publisher: Publisher,
  ) {}

  @Post(':id/test')
  @HttpCode(202)
  async start(@Organization() organizationId: string, @Param('id') id: string, @Body() body: unknown): Promise<StartedTest> {
    const { type } = validate(testWebhook, body ?? {});
    const { events, appId, variant: { dialect } } = await this.find(organizationId, id);
    const event = acceptedExample(type ?? exampleTypeFor(events, dialect), { organizationId, appId, dialect }, Date.now());
    await this.publisher.publish(eventAccepted, { organizationId, event, test: { webhookId: id } });
    return { eventId: event.id, deliveryId: deliveryIdOf({ organizationId, eventId: event.id, receivedAtMs: millisecondsOf(event.receivedAt) }, id) };
  }

  private async find(organizationId: string, id: string): Promise<TestedWebhook> {
    const [webhook] = await this.webhooks.find([{ organizationId, id: knownWebhookId(id) }]);
    if (webhook === undefined) throw new ProblemError('not_found');
    return webhook;
  }
}
