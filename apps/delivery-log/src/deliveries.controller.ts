import { deliveryFilters, pagingOnly, resendDeliveries, timestampOf, validate } from '@buildwire/contracts';
import type { Attempt, Delivery, ResentDeliveries } from '@buildwire/contracts';
import { ApiKeyGuard, Organization } from '@buildwire/service-runtime';
import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { Attempts } from './attempts.repository.js';
import { Deliveries } from './deliveries.repository.js';
import type { Page } from '@buildwire/database';
import { ResendDelivery } from './resend-delivery.js';
import { ResendFailedDeliveries } from './resend-failed-deliveries.js';

@Controller('v1/deliveries')
@UseGuards(ApiKeyGuard)
export class DeliveriesController {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly attempts: Attempts,
    private readonly resendDelivery: ResendDelivery,
    private readonly resendFailedDeliveries: ResendFailedDeliveries,
  ) {}

  @Get()
  async list(@Organization() organizationId: string, @Query() query: unknown): Promise<Page<Delivery>> {
    return this.deliveries.list(organizationId, validate(deliveryFilters, query));
  }

  @Post('resend')
  @HttpCode(202)
  async resendAll(@Organization() organizationId: string, @Body() body: unknown): Promise<ResentDeliveries> {
    const { until = timestampOf(Date.now()), ...asked } = validate(resendDeliveries, body);
    return this.resendFailedDeliveries.resend(organizationId, { ...asked, until });
  }

  @Get(':id')
  async get(@Organization() organizationId: string, @Param('id') id: string): Promise<Delivery> {
    return this.deliveries.get(organizationId, id);
  }

  @Get(':id/attempts')
  async listAttempts(@Organization() organizationId: string, @Param('id') id: string, @Query() query: unknown): Promise<Page<Attempt>> {
    return this.attempts.list(organizationId, id, validate(pagingOnly, query));
  }

  @Post(':id/resend')
  @HttpCode(202)
  async resend(@Organization() organizationId: string, @Param('id') id: string): Promise<{ deliveryId: string; resendId: string }> {
    return this.resendDelivery.resend(organizationId, id);
  }
}
