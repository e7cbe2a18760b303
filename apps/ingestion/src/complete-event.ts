import { millisecondsOf, newId, statesOf, subjectKindOf, timestampOf } from '@buildwire/contracts';
import type { Event, EventInput } from '@buildwire/contracts';

/** What a producer left out, filled in: the event as every later stage and every receiver sees it. */
export function completeEvent(input: EventInput, organizationId: string, receivedAtMs: number): Event {
  const { id, type, specVersion, occurredAt, source, organization, app, actor, build, job, deployment, automation, ext, ...unknown } = input;
  const kind = subjectKindOf(type);
  const receivedAt = timestampOf(receivedAtMs);
  const about = { build, job, deployment };
  return {
    id: id ?? newId('evt', receivedAtMs),
    type,
    specVersion: specVersion ?? '1',
    occurredAt: occurredAt ?? receivedAt,
    receivedAt,
    source: source ?? `/org/${organizationId}/app/${encodeURIComponent(app.id)}`,
    subject: { kind, id: about[kind]?.id ?? '' },
    organization: { ...organization, id: organizationId },
    app,
    ...given({ actor, ...about, [kind]: completeSubject(about[kind], statesOf(type)[0]), automation, ext }),
    ...withoutOurs(unknown),
  };
}

type Subject = EventInput['build'] | EventInput['job'] | EventInput['deployment'];

function completeSubject(subject: Subject, state: string | undefined): Subject {
  if (subject === undefined) return undefined;
  const timing = completeTiming(subject.timing);
  return { ...subject, state: subject.state ?? state, ...(timing === undefined ? {} : { timing }) } as Subject;
}

/** A duration is the time from the start, or else from the creation, to the end. */
function completeTiming(timing: NonNullable<Subject>['timing']): typeof timing {
  const begin = timing?.startedAt ?? timing?.createdAt;
  const end = timing?.finishedAt;
  if (timing === undefined || timing.durationMs !== undefined || begin === undefined || end === undefined) return timing;
  return { ...timing, durationMs: Math.max(0, millisecondsOf(end) - millisecondsOf(begin)) };
}

/** An absent field stays absent: `undefined` would be lost in JSON and a `null` would say something else. */
function given<Fields extends Record<string, unknown>>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** `receivedAt` and the subject are ours to say. */
function withoutOurs(unknown: Record<string, unknown>): Record<string, unknown> {
  const { receivedAt: _receivedAt, subject: _subject, ...rest } = unknown;
  return rest;
}
