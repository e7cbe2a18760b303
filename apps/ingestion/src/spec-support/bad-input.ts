import { MAX_DEPTH, MAX_EVENT_BYTES, exampleEvent, operationalEventTypes } from '@buildwire/contracts';
import type { EventInput, OperationalEventType, ProblemCode } from '@buildwire/contracts';

export interface BadInput {
  what: string;
  /** The body as it goes over the wire. */
  body: string;
  code: ProblemCode;
  /** Where the fault is; undefined if it has no place. */
  pointer?: string;
}

const event = exampleEvent('build.finished');
const json = JSON.stringify(event);
const operational = Object.keys(operationalEventTypes) as OperationalEventType[];

/** Every way in which issue 2 says that an event can be wrong, whatever it travels by. */
export const badInputs: BadInput[] = [
  { what: 'malformed JSON', body: json.slice(0, -1), code: 'malformed_json' },
  { what: 'an empty body', body: '', code: 'malformed_json' },
  { what: 'nesting that is too deep', body: withMetadata(`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`), code: 'malformed_json' },
  { what: 'a NUL', body: withMetadata(String.raw`"\u0000"`), code: 'malformed_json', pointer: '/build/metadata/x' },
  { what: 'a lone surrogate', body: withMetadata(String.raw`"\ud83d"`), code: 'malformed_json', pointer: '/build/metadata/x' },
  { what: 'a number past 2^53', body: withMetadata('9007199254740993'), code: 'malformed_json', pointer: '/build/metadata/x' },
  { what: 'a key that stands twice', body: json.replace('{"type"', '{"type":"build.failed","type"'), code: 'malformed_json', pointer: '/type' },
  { what: 'a list', body: `[${json}]`, code: 'invalid_request', pointer: '' },
  { what: 'null', body: 'null', code: 'invalid_request', pointer: '' },
  { what: 'a text', body: '"build.finished"', code: 'invalid_request', pointer: '' },
  { what: 'an empty object', body: '{}', code: 'unknown_event_type', pointer: '/type' },
  { what: 'an unknown event type', body: JSON.stringify({ ...event, type: 'build.exploded' }), code: 'unknown_event_type', pointer: '/type' },
  ...operational.map((type) => ({ what: `${type}, which is Buildwire's own to tell`, body: JSON.stringify(exampleEvent(type)), code: 'unknown_event_type' as const, pointer: '/type' })),
  { what: 'a number where a text belongs', body: JSON.stringify({ ...event, app: { id: 7 } }), code: 'invalid_request', pointer: '/app/id' },
  { what: 'a text where a number belongs', body: withBuild({ number: '1842' }), code: 'invalid_request', pointer: '/build/number' },
  { what: 'no app', body: JSON.stringify({ ...event, app: undefined }), code: 'invalid_request', pointer: '/app' },
  { what: 'no build', body: JSON.stringify({ ...event, build: undefined }), code: 'invalid_request', pointer: '/build' },
  { what: 'a state of another event type', body: withBuild({ state: 'failed' }), code: 'invalid_request', pointer: '/build/state' },
  { what: 'a time that is none', body: JSON.stringify({ ...event, occurredAt: '2026-02-30T00:00:00Z' }), code: 'invalid_request', pointer: '/occurredAt' },
  { what: 'a subject that is another build', body: JSON.stringify({ ...event, subject: { kind: 'build', id: 'other' } }), code: 'invalid_request', pointer: '/subject/id' },
  { what: 'an id with a space', body: JSON.stringify({ ...event, id: 'evt 1' }), code: 'invalid_request', pointer: '/id' },
  { what: "another organization's id", body: JSON.stringify({ ...event, organization: { id: 'org_b' } }), code: 'invalid_request', pointer: '/organization/id' },
  { what: 'an empty list of events', body: '{"events":[]}', code: 'invalid_request', pointer: '/events' },
  { what: '1,001 events', body: JSON.stringify({ events: Array(1_001).fill(event) }), code: 'invalid_request', pointer: '/events' },
  { what: 'events that are no list', body: JSON.stringify({ events: event }), code: 'invalid_request', pointer: '/events' },
  { what: 'a batch with something besides', body: JSON.stringify({ events: [event], note: 'x' }), code: 'invalid_request', pointer: '/note' },
  { what: 'an event of a byte too much', body: JSON.stringify(eventOfSize(MAX_EVENT_BYTES + 1)), code: 'too_large' },
];

/** An event that has exactly so many bytes as compact JSON. */
export function eventOfSize(bytes: number): EventInput {
  const padded = (pad: string) => ({ ...event, ext: { spec: { pad } } });
  return padded('x'.repeat(bytes - Buffer.byteLength(JSON.stringify(padded('')))));
}

function withBuild(part: object): string {
  return JSON.stringify({ ...event, build: { ...event.build, ...part } });
}

function withMetadata(jsonOfX: string): string {
  return withBuild({ metadata: { x: 'X' } }).replace('"X"', jsonOfX);
}
