import { eventType, matchesType } from '@buildwire/contracts';
import type { Event, StatusChange, Webhook } from '@buildwire/contracts';
import { Database, INSTANT, decodeCursor, encodeCursor, instant } from '@buildwire/database';
import type { MatchedDelivery } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

/** The most events that one page looks at. */
export const PAGE_EVENTS = 500;
/** Large events make a page shorter, so that memory stays bounded. */
const PAGE_BYTES = 8 * 1024 * 1024;
const KEYSET = [INSTANT, /^[\x21-\x7e]{1,200}$/];

/** Of a window of time: the events received from `since` on and before `until`, after the page that gave the cursor. */
export interface Window {
  since: string;
  until: string;
  cursor?: string | undefined;
}

export interface ExaminedEvent {
  /** Null if its type or app is not wanted, or if it names a delivery to the webhook. */
  event: Event | null;
  /** What it changed on its line of builds when it was matched. */
  change: StatusChange | null;
}

/** A delivery that its event does not name. */
export interface MissedDelivery {
  event: Event;
  delivery: MatchedDelivery;
}

interface Row extends ExaminedEvent {
  id: string;
  receivedAt: string;
  /** How many rows there were before the page was cut to its size. */
  found: number;
}

/** The index counts what it reads, not what is wanted: a page takes as long, however little a webhook wants. */
const examinedEvents = `
  select event, change, id, ${instant('received_at')} as "receivedAt", found
    from (select *, count(*) over ()::int as found, coalesce(sum(bytes) over (order by received_at, id), 0) - bytes as bytes_before
            from (select *, coalesce(octet_length(event::text), 0) as bytes
                    from (select id, received_at, status_change as change,
                                 case when type = any ($6) and ($7::text is null or app_id = $7)
                                       and not deliveries @> jsonb_build_array(jsonb_build_object('webhookId', $8::text)) then body end as event
                            from matching.event
                           where organization_id = $1 and not test and received_at >= $2 and received_at < $3 and (received_at, id) > ($4, $5)
                           order by received_at, id limit ${PAGE_EVENTS + 1}) as oldest
                 ) as sized
         ) as measured
   where bytes_before < ${PAGE_BYTES} order by received_at, id limit ${PAGE_EVENTS}`;

/** Whoever else adds deliveries to the webhook is waited for; rows are locked in the order of ids, so nobody waits in a circle. */
const lockMissed = `
  select id from matching.event
   where organization_id = $1 and id = any ($2) and not deliveries @> jsonb_build_array(jsonb_build_object('webhookId', $3::text))
   order by id for no key update`;

const addDeliveries = `
  update matching.event set deliveries = event.deliveries || missed.delivery
    from unnest($2::text[], $3::jsonb[]) as missed (id, delivery)
   where event.organization_id = $1 and event.id = missed.id`;

/** The events that a webhook missed. With {@link EventIndex} the only writer of matching.event. */
@Injectable()
export class MissedEvents {
  constructor(private readonly database: Database) {}

  /** A page of the events of a window, oldest first; tests of webhooks are left out. Throws a {@link ProblemError} `invalid_cursor`. */
  async examine(organizationId: string, { id, events, appId }: Pick<Webhook, 'id' | 'events' | 'appId'>, { since, until, cursor }: Window): Promise<{ events: ExaminedEvent[]; cursor: string | null }> {
    const list = `events missed by ${id}`;
    const after = cursor === undefined ? [since, ''] : decodeCursor(organizationId, list, cursor, KEYSET);
    const types = eventType.options.filter((type) => events.some((pattern) => matchesType(pattern, type)));
    const page = await this.database.query<Row>(examinedEvents, [organizationId, since, until, ...after, types, appId, id]);
    const last = page.at(-1);
    const more = last !== undefined && last.found > page.length;
    return { events: page, cursor: more ? encodeCursor(organizationId, list, [last.receivedAt, last.id]) : null };
  }

  /**
   * Adds deliveries to one webhook to their events, and says how many; an event that names one by now keeps it. `publish` gets
   * those that are added before they are committed: if the process dies in between they are missed still and are published
   * again, under the same ids. The other way round they would never be.
   */
  add(organizationId: string, webhookId: string, missed: readonly MissedDelivery[], publish: (added: MissedDelivery[]) => Promise<void>): Promise<number> {
    if (missed.length === 0) return Promise.resolve(0);
    return this.database.transaction(async (query) => {
      const rows = await query<{ id: string }>(lockMissed, [organizationId, missed.map(({ event }) => event.id), webhookId]);
      const ids = new Set(rows.map(({ id }) => id));
      const added = missed.filter(({ event }) => ids.has(event.id));
      await query(addDeliveries, [organizationId, added.map(({ event }) => event.id), added.map(({ delivery }) => JSON.stringify([delivery]))]);
      await publish(added);
      return added.length;
    });
  }
}
