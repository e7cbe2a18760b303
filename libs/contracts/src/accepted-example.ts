import { eventType, matchesType } from './event/event-types.js';
import type { EventType, ProducedEventType } from './event/event-types.js';
import { event } from './event/event.js';
import type { Event } from './event/event.js';
import { exampleEvent, seedExamples } from './examples.js';
import type { SeedExample } from './examples.js';
import type { Dialect } from './format.js';
import { newId } from './ids.js';
import { millisecondsOf, timestampOf } from './timestamp.js';

const BEST_KNOWN: ProducedEventType = 'build.finished';

/** For whom an example is made. */
export interface ExampleReader {
  organizationId: string;
  /** Instead of the example's own app. */
  appId: string | null;
  dialect: Dialect | null;
}

interface Example {
  occurredAt?: string;
  organization?: object;
  app: { id: string };
  [other: string]: unknown;
}

/**
 * The example of a type as if it had occurred and been accepted at `atMs`: an event of its own, whose other times keep their
 * distance. For a dialect it is what its product documents, if that has the type.
 */
export function acceptedExample(type: EventType, { organizationId, appId, dialect }: ExampleReader, atMs: number): Event {
  const documented = seedsOf(dialect).find((seed) => seed.event.type === type)?.event;
  const example = movedTo(atMs, JSON.stringify(documented ?? exampleEvent(type)));
  const id = appId ?? example.app.id;
  const at = timestampOf(atMs);
  const own = { id: newId('evt', atMs), type, specVersion: '1', occurredAt: at, receivedAt: at, source: example['source'] ?? `/org/${organizationId}/app/${encodeURIComponent(id)}` };
  // `own` stands first for the order of its keys, and last to prevail.
  return event.parse({ ...own, ...example, ...own, organization: { ...example.organization, id: organizationId }, app: { ...example.app, id } });
}

/** Which example to show to a webhook that wants these types, or patterns of them: one that the dialect's product documents, the best known, or the first of the catalogue. */
export function exampleTypeFor(patterns: readonly string[], dialect: Dialect | null): EventType {
  const documented = seedsOf(dialect).map((seed) => seed.event.type);
  const best = documented.length === 0 || documented.includes(BEST_KNOWN) ? [BEST_KNOWN] : [];
  return [...best, ...documented, ...eventType.options].find((type) => patterns.some((pattern) => matchesType(pattern, type))) ?? BEST_KNOWN;
}

function seedsOf(dialect: Dialect | null): SeedExample[] {
  return dialect === null ? [] : seedExamples().filter(({ name }) => name.startsWith(`${dialect}-`));
}

/** Microseconds are cut: what ended with the event must not be later than it. */
function movedTo(atMs: number, json: string): Example {
  const { occurredAt } = JSON.parse(json) as Example;
  const byMs = occurredAt === undefined ? 0 : atMs - millisecondsOf(occurredAt);
  return JSON.parse(json, (key, value: unknown) => (key.endsWith('At') && typeof value === 'string' ? timestampOf(millisecondsOf(value) + byMs) : value)) as Example;
}
