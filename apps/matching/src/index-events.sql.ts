import type { StatusChange } from '@buildwire/contracts';
import { Columns } from '@buildwire/database';
import type { AtEnd, MatchedDelivery } from '@buildwire/database';
import { lockedOutcomes, placesOf } from './build-outcomes.repository.js';
import type { KnownOutcome, Place } from './build-outcomes.repository.js';
import type { Candidate } from './event-index.repository.js';

/** Instants are text: they have microseconds, and {@link Columns} takes milliseconds. */
const columns = new Columns({
  organization_id: 'text',
  id: 'text',
  stream_sequence: 'bigint',
  record_index: 'integer',
  type: 'text',
  app_id: 'text',
  subject_id: 'text',
  occurred_at: 'text',
  received_at: 'text',
  body: 'json',
  deliveries: 'text',
  test: 'boolean',
});

/** A row is one or the other. */
export type IndexedOrKnown = { organizationId: string; id: string } | (KnownOutcome & { id: null });

/**
 * The events whose ids are new, then what is known of lines of builds, which it locks: one round trip for both. Parameters: see
 * {@link parametersOf}.
 */
export const indexEvents = {
  name: 'index-events',
  text: `
    with added as (
      insert into matching.event (${columns.names.join(', ')})
      select organization_id, id, stream_sequence, record_index, type, app_id, subject_id, occurred_at::timestamptz, received_at::timestamptz, body, deliveries::jsonb, test
        from ${columns.table('told')}
      on conflict do nothing
      returning organization_id, id
    ), known as (${lockedOutcomes(columns.names.length + 1)})
    select organization_id as "organizationId", id, null as digest, null::boolean as passed, null as "endedAt", null as "eventId" from added
     union all
    select "organizationId", null, digest, passed, "endedAt", "eventId" from known`,
};

export function parametersOf(candidates: readonly Candidate[], lines: readonly Place[]): unknown[] {
  return [...columns.parameters(candidates.map(rowOf)), ...placesOf(lines)];
}

/** An event that changed something on its line of builds. */
interface Changed {
  candidate: Candidate;
  change: StatusChange;
  deliveries: MatchedDelivery[];
}

/** Seldom: most builds end as the one before. */
export function noteChanges(atEnd: AtEnd, changed: readonly Changed[]): void {
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

function rowOf({ organizationId, event, origin, body, deliveries, test }: Candidate) {
  return {
    organization_id: organizationId,
    id: event.id,
    stream_sequence: origin.sequence,
    record_index: origin.index,
    type: event.type,
    app_id: event.app.id,
    subject_id: event.subject.id,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    body,
    deliveries: JSON.stringify(deliveries),
    test: test !== undefined,
  };
}
