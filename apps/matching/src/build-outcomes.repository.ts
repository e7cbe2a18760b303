import type { StatusChange } from '@buildwire/contracts';
import { instant } from '@buildwire/database';
import type { AtEnd, Query } from '@buildwire/database';
import type { BuildLine, BuildOutcome } from '@buildwire/filters';
import { continueHistory, historyKey } from './build-history.js';
import type { BuildHistory, NewEvent } from './build-history.js';

/** What a row is about, and what it says. */
interface State {
  organizationId: string;
  line: BuildLine;
  digest: string;
  latest: BuildOutcome;
}

/** Where a row is. */
export type Place = Pick<State, 'organizationId' | 'digest'>;

/** What is known of a line. */
export type KnownOutcome = Place & BuildOutcome;

/** For people only, so they may be cut: a row stays small whatever a producer calls a branch. */
const SHOWN_LENGTH = 255;

/**
 * What is known of lines, which stay as they are until the transaction ends. In the order of keys: two replicas must not wait for
 * each other. Its two parameters begin with `$first`, see {@link placesOf}.
 */
export function lockedOutcomes(first: number): string {
  return `
    select organization_id as "organizationId", encode(line, 'hex') as digest, passed, ${instant('ended_at')} as "endedAt", event_id as "eventId"
      from matching.build_outcome
     where (organization_id, line) in (select * from unnest($${first}::text[], $${first + 1}::bytea[]))
     order by organization_id, line for update`;
}

export function placesOf(places: readonly Place[]): [organizationIds: string[], lines: string[]] {
  return [places.map(({ organizationId }) => organizationId), places.map(byteaOf)];
}

const lockOutcomes = { name: 'lock-outcomes', text: lockedOutcomes(1) };

const updateOutcomes = {
  name: 'update-outcomes',
  text: `
    update matching.build_outcome
       set passed = told.passed, ended_at = told.ended_at, event_id = told.event_id
      from unnest($1::text[], $2::bytea[], $3::boolean[], $4::timestamptz[], $5::text[]) as told (organization_id, line, passed, ended_at, event_id)
     where build_outcome.organization_id = told.organization_id and build_outcome.line = told.line`,
};

/**
 * Takes note of how builds ended, and says which events change something on their line. It must run in the transaction that
 * indexes the events and has locked what is known of their lines, and get each event once, in the order of arrival: a batch
 * that is redelivered then counts once. The only writer of matching.build_outcome.
 */
export async function noteOutcomes<Item extends NewEvent>(query: Query, atEnd: AtEnd, histories: readonly BuildHistory<Item>[], locked: readonly KnownOutcome[]): Promise<[Item, StatusChange][]> {
  const known = new Map(locked.map((row) => [historyKey(row), row]));
  const unknown = histories.filter((history) => !known.has(historyKey(history)));
  const added = await addLines(query, unknown, known);
  const continued = histories.map((history) => ({ history, ...continueHistory(history, known.get(historyKey(history))) }));
  const moved = continued.filter(({ history, latest }) => latest !== known.get(historyKey(history)) && !added.has(historyKey(history)));
  update(atEnd, moved.flatMap(({ history, latest }) => stateOf(history, latest)));
  return continued.flatMap(({ changes }) => changes);
}

/**
 * Seldom: most lines are known. Adds those that are not to the table, gives their keys, and adds to `known` what others said
 * meanwhile. Two replicas that meet new lines may hold what the other asks for: Postgres tells one, which begins anew.
 */
async function addLines<Item extends NewEvent>(query: Query, unknown: readonly BuildHistory<Item>[], known: Map<string, KnownOutcome>): Promise<Set<string>> {
  if (unknown.length === 0) return new Set();
  const added = new Set((await insert(query, unknown.flatMap((history) => stateOf(history, continueHistory(history, undefined).latest)))).map(historyKey));
  // A statement of its own: it sees what others committed while the insert waited for them.
  for (const row of await lock(query, unknown.filter((history) => !added.has(historyKey(history))))) known.set(historyKey(row), row);
  return added;
}

function stateOf({ organizationId, line, digest }: Omit<State, 'latest'>, latest: BuildOutcome | undefined): State[] {
  return latest === undefined ? [] : [{ organizationId, line, digest, latest }];
}

/** Gives the lines that were not known before. In the order of keys, too. */
async function insert(query: Query, states: readonly State[]): Promise<Place[]> {
  if (states.length === 0) return [];
  return query(
    `insert into matching.build_outcome (organization_id, line, passed, ended_at, event_id, app_id, branch, platform, build_type)
     select * from unnest($1::text[], $2::bytea[], $3::boolean[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
      order by 1, 2
     on conflict do nothing
     returning organization_id as "organizationId", encode(line, 'hex') as digest`,
    [
      ...columnsOf(states),
      states.map(({ line }) => shown(line.appId)),
      states.map(({ line }) => shown(line.branch)),
      states.map(({ line }) => shown(line.platform)),
      states.map(({ line }) => shown(line.buildType)),
    ],
  );
}

async function lock(query: Query, places: readonly Place[]): Promise<KnownOutcome[]> {
  return places.length === 0 ? [] : query<KnownOutcome>(lockOutcomes, placesOf(places));
}

function update(atEnd: AtEnd, states: readonly State[]): void {
  if (states.length > 0) atEnd(updateOutcomes, columnsOf(states));
}

function columnsOf(states: readonly State[]): unknown[][] {
  return [
    ...placesOf(states),
    states.map(({ latest }) => latest.passed),
    states.map(({ latest }) => latest.endedAt),
    states.map(({ latest }) => latest.eventId),
  ];
}

function byteaOf({ digest }: { digest: string }): string {
  return `\\x${digest}`;
}

/** As a column can hold it. */
function shown(text: string): string {
  return text.slice(0, SHOWN_LENGTH).toWellFormed().replaceAll('\0', '\ufffd');
}
