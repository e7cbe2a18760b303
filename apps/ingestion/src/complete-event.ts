import { millisecondsOf, newId, statesOf, subjectKindOf, timestampOf } from '@buildwire/contracts';
import type { Event, EventInput } from '@buildwire/contracts';

/** The keys that have a place of their own. `receivedAt` and the subject are ours to say. */
const PLACED = new Set(['id', 'type', 'specVersion', 'occurredAt', 'receivedAt', 'source', 'subject', 'organization', 'app', 'actor', 'build', 'job', 'deployment', 'automation', 'ext']);

/** What a producer left out, filled in: the event as every later stage and every receiver sees it. */
export function completeEvent(input: EventInput, organizationId: string, receivedAtMs: number): Event {
  const { type, app } = input;
  const kind = subjectKindOf(type);
  const receivedAt = timestampOf(receivedAtMs);
  const event: Event = {
    id: input.id ?? newId('evt', receivedAtMs),
    type,
    specVersion: input.specVersion ?? '1',
    occurredAt: input.occurredAt ?? receivedAt,
    receivedAt,
    source: input.source ?? `/org/${organizationId}/app/${encodeURIComponent(app.id)}`,
    subject: { kind, id: input[kind]?.id ?? '' },
    organization: input.organization === undefined ? { id: organizationId } : { ...input.organization, id: organizationId },
    app,
  };
  addGiven(event, input, kind);
  return event;
}

/** Key by key: to copy them by rest and spread takes ten times as long. An absent field stays absent: a `null` would say something else. */
function addGiven(event: Record<string, unknown>, input: EventInput, kind: 'build' | 'job' | 'deployment'): void {
  for (const key of ['actor', 'build', 'job', 'deployment', 'automation', 'ext'] as const) {
    const value = key === kind ? completeSubject(input[key], statesOf(input.type)[0]) : input[key];
    if (value !== undefined) event[key] = value;
  }
  for (const key of Object.keys(input)) if (!PLACED.has(key)) event[key] = input[key];
}

type Subject = EventInput['build'] | EventInput['job'] | EventInput['deployment'];

function completeSubject(subject: Subject, state: string | undefined): Subject {
  if (subject === undefined) return undefined;
  const timing = completeTiming(subject.timing);
  if (subject.state !== undefined && timing === subject.timing) return subject;
  // What was read holds no key `__proto__`, which would be taken for the prototype here.
  return Object.assign({}, subject, { state: subject.state ?? state }, timing === undefined ? {} : { timing }) as Subject;
}

/** A duration is the time from the start, or else from the creation, to the end. */
function completeTiming(timing: NonNullable<Subject>['timing']): typeof timing {
  const begin = timing?.startedAt ?? timing?.createdAt;
  const end = timing?.finishedAt;
  if (timing === undefined || timing.durationMs !== undefined || begin === undefined || end === undefined) return timing;
  return Object.assign({}, timing, { durationMs: Math.max(0, millisecondsOf(end) - millisecondsOf(begin)) });
}
