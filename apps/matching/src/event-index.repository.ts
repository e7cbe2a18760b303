import type { Event, StatusChange } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import type { MatchedDelivery } from '@buildwire/database';
import type { Origin } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import { buildHistories } from './build-history.js';
import { noteOutcomes } from './build-outcomes.repository.js';
import { standingOf } from './event-standing.js';
import type { Indexed, Standing } from './event-standing.js';
import { indexEvents, noteChanges, parametersOf } from './index-events.sql.js';
import type { IndexedOrKnown } from './index-events.sql.js';

/** An event as it came, with the deliveries that it would cause now. */
export interface Candidate {
  organizationId: string;
  event: Event;
  /** The event as JSON. */
  body: string;
  origin: Origin;
  /** An example for one webhook. */
  test?: { webhookId: string } | undefined;
  /** Unless it changes something on its line of builds. */
  deliveries: MatchedDelivery[];
  /** If it does. */
  deliveriesOn(change: StatusChange): MatchedDelivery[];
}

interface Key {
  organizationId: string;
  id: string;
}

/** The index of all events by organization and id. With `MissedEvents` the only writer of matching.event. */
@Injectable()
export class EventIndex {
  constructor(private readonly database: Database) {}

  /** Indexes events, each id once, and says what each is, in their order. */
  async add(candidates: readonly Candidate[]): Promise<Standing[]> {
    const added = await this.addNew(candidates);
    const standings = candidates.map((candidate) => firstOf(added.get(candidate)));
    const others = candidates.flatMap((candidate, position) => (standings[position] === undefined ? [{ candidate, position }] : []));
    if (others.length === 0) return standings.filter((standing) => standing !== undefined);

    // A statement of its own: it sees what another replica committed while the insert waited for it.
    const indexed = new Map((await this.find(others.map(({ candidate }) => candidate))).map((row) => [row.position, row]));
    others.forEach(({ candidate, position }, index) => (standings[position] = standingOf(candidate.event, indexed.get(index + 1))));
    return standings.filter((standing) => standing !== undefined);
  }

  /**
   * Indexes what is new, with its deliveries. In one transaction with the state of builds: what was decided by it is stored with
   * the event. Nearly always two round trips, or one if no build ends: every batch waits for them before anything of it is sent.
   */
  private async addNew(candidates: readonly Candidate[]): Promise<Map<Candidate, MatchedDelivery[]>> {
    const firsts = firstsOf(candidates);
    const lines = buildHistories(realOf(candidates));
    const parameters = parametersOf([...firsts.values()], lines);
    // A statement alone is all or nothing by itself.
    if (lines.length === 0) return addedOf(await this.database.query<IndexedOrKnown>(indexEvents, parameters), firsts);
    return this.database.transaction(async (query, atEnd) => {
      const rows = await query<IndexedOrKnown>(indexEvents, parameters);
      const added = addedOf(rows, firsts);
      const histories = added.size === candidates.length ? lines : buildHistories(realOf(candidates.filter((candidate) => added.has(candidate))));
      const changes = await noteOutcomes(query, atEnd, histories, rows.filter((row) => row.id === null));
      const changed = changes.map(([candidate, change]) => ({ candidate, change, deliveries: candidate.deliveriesOn(change) }));
      for (const { candidate, deliveries } of changed) added.set(candidate, deliveries);
      noteChanges(atEnd, changed);
      return added;
    });
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

/** What was indexed, with the deliveries that it causes unless it changes something. */
function addedOf(rows: readonly IndexedOrKnown[], firsts: ReadonlyMap<string, Candidate>): Map<Candidate, MatchedDelivery[]> {
  const added = new Map<Candidate, MatchedDelivery[]>();
  for (const row of rows) {
    const candidate = row.id === null ? undefined : firsts.get(keyOf(row));
    if (candidate !== undefined) added.set(candidate, candidate.deliveries);
  }
  return added;
}

/** Tests change nothing. */
function realOf(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ test }) => test === undefined);
}

function firstOf(deliveries: MatchedDelivery[] | undefined): Standing | undefined {
  return deliveries === undefined ? undefined : { kind: 'first', deliveries };
}

/** The first of each key, in the order of keys: two replicas that index the same events must not wait for each other. */
function firstsOf(candidates: readonly Candidate[]): Map<string, Candidate> {
  const firsts = new Map<string, Candidate>();
  for (const candidate of candidates.toSorted(byPlace)) {
    const key = keyOfEvent(candidate);
    if (!firsts.has(key)) firsts.set(key, candidate);
  }
  return new Map([...firsts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function byPlace({ origin: one }: Candidate, { origin: other }: Candidate): number {
  return one.sequence - other.sequence || one.index - other.index;
}

function keyOfEvent({ organizationId, event: { id } }: Candidate): string {
  return keyOf({ organizationId, id });
}

/** Ids hold no spaces. */
function keyOf({ organizationId, id }: Key): string {
  return `${organizationId} ${id}`;
}
