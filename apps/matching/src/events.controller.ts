import { ProblemError, eventFilters, eventId, validate } from '@buildwire/contracts';
import type { Event } from '@buildwire/contracts';
import type { Page } from '@buildwire/database';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { Events } from './events.query.js';

@Controller('v1/events')
@UseGuards(ApiKeyGuard)
export class EventsController {
  constructor(private readonly events: Events) {}

  @Get()
  list(@Organization() organizationId: string, @Query() query: unknown): Promise<Page<Event>> {
    return this.events.list(organizationId, validate(eventFilters, query));
  }

  @Get(':id')
  get(@Organization() organizationId: string, @Param('id') id: string): Promise<Event> {
    if (!eventId.safeParse(id).success) throw new ProblemError('not_found');
    return this.events.get(organizationId, id);
  }
}
