import { ProblemError, eventId } from '@buildwire/contracts';
import type { Delivery } from '@buildwire/contracts';
import { Database, decodeCursor, encodeCursor } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { Deliveries } from './deliveries.repository.js';
import { pageOf } from '@buildwire/database';
import type { Page, Paging } from '@buildwire/database';
import { pendingDelivery } from './pending-deliveries.repository.js';
import type { MatchedEvent } from './pending-deliveries.repository.js';

const KEYSET = [/^dlv_[0-7][0-9A-Z]{25}$/];

/** An event's matches in the order of `GET /v1/deliveries`; they are few bytes each, so Postgres unfolds them all. */
const matchesOfEvent = `
  select e.id, e.type, e.app_id as "appId", e.test, coalesce(
    (select json_agg(m order by m->>'id' collate "C" desc) from jsonb_array_elements(e.deliveries) m where m->>'id' collate "C" < $3), '[]'
  ) as deliveries
  from matching.event e where e.organization_id = $1 and e.id = $2`;

/** What became of an event: the event index says to whom it goes, the log what happened since. */
@Injectable()
export class EventDeliveries {
  constructor(
    private readonly database: Database,
    private readonly deliveries: Deliveries,
  ) {}

  /** Newest first; those not yet tried are `pending`. Throws a {@link ProblemError}: `not_found` for the event, or `invalid_cursor`. */
  async list(organizationId: string, id: string, { limit, cursor }: Paging): Promise<Page<Delivery>> {
    const list = `deliveries of ${id}`;
    const [before = '~'] = cursor === undefined ? [] : decodeCursor(organizationId, list, cursor, KEYSET);
    const event = await this.eventOf(organizationId, id, before);
    const { page, last } = pageOf(event.deliveries, limit);
    const logged = await this.deliveries.find(organizationId, page.map((match) => match.id));
    const known = new Map(logged.map((delivery) => [delivery.id, delivery]));
    return {
      data: page.map((match) => known.get(match.id) ?? pendingDelivery(event, match)),
      nextCursor: last === undefined ? null : encodeCursor(organizationId, list, [last.id]),
    };
  }

  private async eventOf(organizationId: string, id: string, before: string): Promise<MatchedEvent> {
    const [event] = eventId.safeParse(id).success ? await this.database.query<MatchedEvent>(matchesOfEvent, [organizationId, id, before]) : [];
    if (event === undefined) throw new ProblemError('not_found', 'there is no such event, or it has not been matched yet');
    return event;
  }
}
