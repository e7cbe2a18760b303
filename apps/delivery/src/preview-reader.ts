import type { Event, Variant } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** What decides which event a webhook is shown, and how. */
export interface SubscribedWebhook {
  variant: Variant;
  events: string[];
  appId: string | null;
}

/** Reads from matching's tables what only previews need. */
@Injectable()
export class PreviewReader {
  constructor(private readonly database: Database) {}

  async webhook(organizationId: string, id: string): Promise<SubscribedWebhook | undefined> {
    const [webhook] = await this.database.query<SubscribedWebhook>(
      `select json_build_object('format', format, 'dialect', dialect, 'options', options) as variant, events, app_id as "appId"
         from matching.webhook where organization_id = $1 and id = $2 and deleted_at is null`,
      [organizationId, id],
    );
    return webhook;
  }

  async event(organizationId: string, id: string): Promise<Event | undefined> {
    const [row] = await this.database.query<{ body: Event }>('select body from matching.event where organization_id = $1 and id = $2', [organizationId, id]);
    return row?.body;
  }
}
