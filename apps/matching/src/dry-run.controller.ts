import { dryRun, validate } from '@buildwire/contracts';
import type { DryRunResult } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { checkFilter } from './check-filter.js';
import { DryRuns } from './dry-run.query.js';

@Controller('v1/webhooks/dry-run')
@UseGuards(ApiKeyGuard)
export class DryRunController {
  constructor(private readonly dryRuns: DryRuns) {}

  @Post()
  @HttpCode(200)
  async run(@Organization() organizationId: string, @Body() body: unknown): Promise<DryRunResult> {
    const asked = validate(dryRun, body);
    checkFilter(asked.filter);
    return this.dryRuns.run(organizationId, asked);
  }
}
