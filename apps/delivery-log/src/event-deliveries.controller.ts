import { pagingOnly, validate } from '@buildwire/contracts';
import type { Delivery } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { EventDeliveries } from './event-deliveries.repository.js';
import type { Page } from '@buildwire/database';

@Controller('v1/events')
@UseGuards(ApiKeyGuard)
export class EventDeliveriesController {
  constructor(private readonly deliveries: EventDeliveries) {}

  @Get(':id/deliveries')
  async list(@Organization() organizationId: string, @Param('id') id: string, @Query() query: unknown): Promise<Page<Delivery>> {
    return this.deliveries.list(organizationId, id, validate(pagingOnly, query));
  }
}
