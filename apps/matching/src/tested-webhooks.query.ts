import type { Variant } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** What a test needs to know of its webhook. */
export interface TestedWebhook {
  organizationId: string;
  id: string;
  variant: Variant;
  events: string[];
  appId: string | null;
}

/** Webhooks that are to be tested: from the tables, since the index holds active ones only. */
@Injectable()
export class TestedWebhooks {
  constructor(private readonly database: Database) {}

  /** Those of the webhooks that are not deleted, in no order. */
  async find(asked: readonly Pick<TestedWebhook, 'organizationId' | 'id'>[]): Promise<TestedWebhook[]> {
    if (asked.length === 0) return [];
    return this.database.query<TestedWebhook>(
      `select organization_id as "organizationId", id, events, app_id as "appId",
              json_build_object('format', format, 'dialect', dialect, 'options', options) as variant
         from matching.webhook
        where (organization_id, id) in (select * from unnest($1::text[], $2::text[])) and deleted_at is null`,
      [asked.map(({ organizationId }) => organizationId), asked.map(({ id }) => id)],
    );
  }
}
