import type { Page } from '@buildwire/database';
import { ApiKeyGuard } from '@buildwire/service-runtime';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { eventCatalogue } from './event-catalogue.js';
import type { EventTypeEntry } from './event-catalogue.js';

@Controller('v1/event-types')
@UseGuards(ApiKeyGuard)
export class EventTypesController {
  @Get()
  list(): Page<EventTypeEntry> {
    return { data: eventCatalogue(), nextCursor: null };
  }
}
