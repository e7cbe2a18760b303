import { pagingOnly, validate } from '@buildwire/contracts';
import type { DeadLetter } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { LoggedDeadLetters } from './dead-letters.repository.js';
import type { Page } from '@buildwire/database';

@Controller('v1/dead-letters')
@UseGuards(ApiKeyGuard)
export class DeadLettersController {
  constructor(private readonly deadLetters: LoggedDeadLetters) {}

  @Get()
  async list(@Organization() organizationId: string, @Query() query: unknown): Promise<Page<DeadLetter>> {
    return this.deadLetters.list(organizationId, validate(pagingOnly, query));
  }
}
