import { MAX_BATCH_BYTES, ProblemError } from '@buildwire/contracts';
import type { PublishedEvent, PublishResult } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, Headers, HttpCode, Post, UseGuards } from '@nestjs/common';
import { AcceptEvents, batchOf } from './accept-events.js';

@Controller('v1/events')
@UseGuards(ApiKeyGuard)
export class EventsController {
  constructor(private readonly events: AcceptEvents) {}

  @Post()
  @HttpCode(202)
  async publish(
    @Organization() organizationId: string,
    @Body() body: unknown,
    @Headers('content-length') length: string | undefined,
  ): Promise<PublishedEvent | { results: PublishResult[] }> {
    if (body === undefined) throw new ProblemError('malformed_json', 'the body is empty');
    const bytes = Number(length ?? MAX_BATCH_BYTES);
    const batch = batchOf(body);
    if (batch === undefined) return this.events.accept(organizationId, body, bytes);
    return { results: await this.events.acceptBatch(organizationId, batch, bytes) };
  }
}
