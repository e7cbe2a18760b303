import type { StatusChange } from '@buildwire/contracts';
import { instant } from '@buildwire/database';
import type { Query } from '@buildwire/database';
import type { BuildLine, BuildOutcome } from '@buildwire/filters';
import { buildHistories, continueHistory, historyKey } from './build-history.js';
import type { NewEvent } from './build-history.js';

/** What a row is about, and what it says. */
interface State {
  organizationId: string;
  line: BuildLine;
  digest: string;
  latest: BuildOutcome;
}

type Row = { organizationId: string; digest: string } & BuildOutcome;

/** For people only, so they may be cut: a row stays small whatever a producer calls a branch. */
const SHOWN_LENGTH = 255;

const lockOutcomes = {
  name: 'lock-outcomes',
  text: `
    select organization_id as "organizationId", encode(line, 'hex') as digest, passed, ${instant('ended_at')} as "endedAt", event_id as "eventId"
      from matching.build_outcome
     where (organization_id, line) in (select * from unnest($1::text[], $2::bytea[]))
     order by organization_id, line for update`,
};

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
 * indexes the events, and get each once, in the order of arrival: a batch that is redelivered then counts once. The only
 * writer of matching.build_outcome.
 */
export async function noteOutcomes<Item extends NewEvent>(query: Query, items: readonly Item[]): Promise<Map<Item, StatusChange>> {
  const histories = buildHistories(items);
  if (histories.length === 0) return new Map();
  // Most lines are known. Two replicas that meet new ones may hold what the other asks for: Postgres tells one, which begins anew.
  const known = new Map((await lock(query, histories)).map((row) => [historyKey(row), row]));
  const unknown = histories.filter((history) => !known.has(historyKey(history)));
  const added = new Set((await insert(query, unknown.flatMap((history) => stateOf(history, continueHistory(history, undefined).latest)))).map(historyKey));
  const others = unknown.filter((history) => !added.has(historyKey(history)));
  for (const row of await lock(query, others)) known.set(historyKey(row), row);

  const continued = histories.map((history) => ({ history, ...continueHistory(history, known.get(historyKey(history))) }));
  await update(query, continued.flatMap(({ history, latest }) => (latest === known.get(historyKey(history)) || added.has(historyKey(history)) ? [] : stateOf(history, latest))));
  return new Map(continued.flatMap(({ changes }) => changes));
}

function stateOf({ organizationId, line, digest }: Omit<State, 'latest'>, latest: BuildOutcome | undefined): State[] {
  return latest === undefined ? [] : [{ organizationId, line, digest, latest }];
}

/** Gives the lines that were not known before. In the order of keys, here and below: two replicas must not wait for each other. */
async function insert(query: Query, states: readonly State[]): Promise<{ organizationId: string; digest: string }[]> {
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

/** What is known of lines, which stay as they are until the transaction ends. A statement of its own: it sees what others committed meanwhile. */
async function lock(query: Query, places: readonly Omit<State, 'latest' | 'line'>[]): Promise<Row[]> {
  if (places.length === 0) return [];
  return query<Row>(lockOutcomes, [places.map(({ organizationId }) => organizationId), places.map(byteaOf)]);
}

async function update(query: Query, states: readonly State[]): Promise<void> {
  if (states.length === 0) return;
  await query(updateOutcomes, columnsOf(states));
}

function columnsOf(states: readonly State[]): unknown[][] {
  return [
    states.map(({ organizationId }) => organizationId),
    states.map(byteaOf),
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
