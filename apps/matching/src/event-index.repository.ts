import { isDeepStrictEqual } from 'node:util';
import type { Event } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import type { MatchedDelivery } from '@buildwire/database';
import type { Origin } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';

/** An event as it came, with the deliveries that it would cause now. */
export interface Candidate {
  organizationId: string;
  event: Event;
  /** The event as JSON. */
  body: string;
  origin: Origin;
  deliveries: MatchedDelivery[];
}

/**
 * What an event is to the index. `first`: it is new, or the very record that was indexed has come again; it causes these
 * deliveries, as they were matched the first time. `duplicate`: its id was used before. `conflict`: by another event.
 */
export type Standing = { kind: 'first'; deliveries: MatchedDelivery[] } | { kind: 'duplicate' } | { kind: 'conflict' };

interface Place {
  organizationId: string;
  id: string;
  sequence: string;
  index: number;
}

interface Indexed {
  position: number;
  /** Null unless this is the record that was indexed. */
  deliveries: MatchedDelivery[] | null;
  /** Null if it is. */
  body: Event | null;
}

/** The index of all events by organization and id: the only writer of matching.event. */
@Injectable()
export class EventIndex {
  constructor(private readonly database: Database) {}

  /** Indexes events, each id once, and says what each is, in their order. */
  async add(candidates: readonly Candidate[]): Promise<Standing[]> {
    const added = new Set((await this.insert(candidates)).map(keyOf));
    const standings = candidates.map((candidate) => (added.has(keyOf(placeOf(candidate))) ? first(candidate.deliveries) : undefined));
    const others = candidates.flatMap((candidate, position) => (standings[position] === undefined ? [{ candidate, position }] : []));
    if (others.length === 0) return standings.filter((standing) => standing !== undefined);

    // A statement of its own: it sees what another replica committed while the insert waited for it.
    const indexed = new Map((await this.find(others.map(({ candidate }) => candidate))).map((row) => [row.position, row]));
    others.forEach(({ candidate, position }, index) => (standings[position] = standingOf(candidate, indexed.get(index + 1))));
    return standings.filter((standing) => standing !== undefined);
  }

  /** In the order of their keys: two replicas that index the same events must not wait for each other. */
  private insert(candidates: readonly Candidate[]): Promise<Place[]> {
    const column = <Value>(valueOf: (candidate: Candidate) => Value) => candidates.map(valueOf);
    return this.database.query<Place>(
      `insert into matching.event (organization_id, id, stream_sequence, record_index, type, app_id, subject_id, occurred_at, received_at, body, deliveries)
       select * from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::json[], $11::jsonb[])
        order by 1, 2, 3, 4
       on conflict do nothing
       returning organization_id as "organizationId", id, stream_sequence as sequence, record_index as index`,
      [
        column(({ organizationId }) => organizationId),
        column(({ event }) => event.id),
        column(({ origin }) => origin.sequence),
        column(({ origin }) => origin.index),
        column(({ event }) => event.type),
        column(({ event }) => event.app.id),
        column(({ event }) => event.subject.id),
        column(({ event }) => event.occurredAt),
        column(({ event }) => event.receivedAt),
        column(({ body }) => body),
        column(({ deliveries }) => JSON.stringify(deliveries)),
      ],
    );
  }

  private find(candidates: readonly Candidate[]): Promise<Indexed[]> {
    return this.database.query<Indexed>(
      `select asked.position::int, case when same then event.deliveries end as deliveries, case when not same then event.body end as body
         from unnest($1::text[], $2::text[], $3::bigint[], $4::int[]) with ordinality as asked (organization_id, id, sequence, index, position)
         join matching.event using (organization_id, id)
        cross join lateral (select (event.stream_sequence, event.record_index) = (asked.sequence, asked.index) as same) as compared`,
      [
        candidates.map(({ organizationId }) => organizationId),
        candidates.map(({ event }) => event.id),
        candidates.map(({ origin }) => origin.sequence),
        candidates.map(({ origin }) => origin.index),
      ],
    );
  }
}

function first(deliveries: MatchedDelivery[]): Standing {
  return { kind: 'first', deliveries };
}

function standingOf(candidate: Candidate, indexed: Indexed | undefined): Standing {
  if (indexed === undefined) throw new Error(`the event ${candidate.event.id} was removed from the index while it was added`);
  if (indexed.deliveries !== null) return first(indexed.deliveries);
  const same = indexed.body !== null && isDeepStrictEqual(contentOf(indexed.body), contentOf(candidate.event));
  return { kind: same ? 'duplicate' : 'conflict' };
}

/** What the producer said. When it did not say when it occurred, that is the time of receipt: another one for each repeat. */
function contentOf({ receivedAt, occurredAt, ...rest }: Event): Record<string, unknown> {
  return occurredAt === receivedAt ? rest : { ...rest, occurredAt };
}

function placeOf({ organizationId, event, origin }: Candidate): Place {
  return { organizationId, id: event.id, sequence: String(origin.sequence), index: origin.index };
}

/** Ids hold no spaces. */
function keyOf({ organizationId, id, sequence, index }: Place): string {
  return `${organizationId} ${id} ${sequence} ${index}`;
}
