import type { Event, StatusChange } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import type { AtEnd, MatchedDelivery } from '@buildwire/database';
import type { Origin } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import { buildHistories } from './build-history.js';
import { noteOutcomes } from './build-outcomes.repository.js';
import { standingOf } from './event-standing.js';
import type { Indexed, Standing } from './event-standing.js';
import { indexEvents, parametersOf } from './index-events.sql.js';
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

interface Changed {
  candidate: Candidate;
  change: StatusChange;
  deliveries: MatchedDelivery[];
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
   * the event. Nearly always two round trips: every batch waits for them before anything of it is sent.
   */
  private addNew(candidates: readonly Candidate[]): Promise<Map<Candidate, MatchedDelivery[]>> {
    const firsts = firstsOf(candidates);
    const lines = buildHistories(realOf([...firsts.values()]));
    return this.database.transaction(async (query, atEnd) => {
      const rows = await query<IndexedOrKnown>(indexEvents, parametersOf([...firsts.values()], lines));
      const added = new Map(rows.flatMap((row) => (row.id === null ? [] : deliveriesOf(firsts.get(keyOf(row))))));
      const histories = buildHistories(realOf(candidates.filter((candidate) => added.has(candidate))));
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

/** Seldom: most builds end as the one before. */
function noteChanges(atEnd: AtEnd, changed: readonly Changed[]): void {
  if (changed.length === 0) return;
  atEnd(
    `update matching.event set status_change = told.change, deliveries = told.deliveries
       from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) as told (organization_id, id, change, deliveries)
      where event.organization_id = told.organization_id and event.id = told.id`,
    [
      changed.map(({ candidate }) => candidate.organizationId),
      changed.map(({ candidate }) => candidate.event.id),
      changed.map(({ change }) => change),
      changed.map(({ deliveries }) => JSON.stringify(deliveries)),
    ],
  );
}

function deliveriesOf(candidate: Candidate | undefined): [Candidate, MatchedDelivery[]][] {
  return candidate === undefined ? [] : [[candidate, candidate.deliveries]];
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
