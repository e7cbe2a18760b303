import { timeOfId, timestampOf } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

const IS_OVER = `
  SELECT EXISTS (SELECT FROM delivery.due WHERE delivery_id = $1)
      OR EXISTS (SELECT FROM delivery_log.delivery WHERE organization_id = $2 AND created_at = $3 AND id = $1) AS over`;

/** A message with several deliveries comes again as a whole if the process dies before the last of them has settled. */
@Injectable()
export class Repeats {
  constructor(private readonly database: Database) {}

  /** Whether a delivery's first turn was reported. What the log was not told in time is done again. Throws an `UnavailableError` while Postgres is away. */
  async isOver({ deliveryId, organizationId }: Pick<RenderedDelivery, 'deliveryId' | 'organizationId'>): Promise<boolean> {
    const [row] = await this.database.query<{ over: boolean }>(IS_OVER, [deliveryId, organizationId, timestampOf(timeOfId(deliveryId) ?? 0)]);
    return row?.over ?? false;
  }
}
