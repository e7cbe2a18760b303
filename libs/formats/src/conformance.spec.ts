import { dialects, eventTypes, exampleEvent, exampleMessage, formats, seedExamples } from '@buildwire/contracts';
import type { Event, EventInput, EventType, Variant } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { render } from './registry.js';

/*
 * What every format and dialect promises, whatever it makes of an event. A new one is covered as soon as it is registered.
 */

/** A format that has no dialects ignores the one it is given. */
const variants: Variant[] = formats.flatMap((format) => dialects.map((dialect) => ({ format, dialect })));
const accepted = exampleMessage('event.accepted').event;
const events: [string, Event][] = [
  ...(Object.keys(eventTypes) as EventType[]).map((type): [string, Event] => [type, complete(exampleEvent(type))]),
  ...seedExamples().map(({ name, event }): [string, Event] => [name, complete(event)]),
];

/** Half pairs, quotes, line ends that JSON allows and JavaScript did not, markup, mentions, NUL, right-to-left marks. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud83e', '\udd8a', '\udd8a\ud83e', '"}]}', '\\ud800', '\\\ud800', '\u2028\u2029', '<!channel>', '@everyone', '</script>', '\0', '\u202e', '`'.repeat(9), '\ufeff', '🦊'.repeat(400)),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);

describe.each(variants)('$format, $dialect', (variant) => {
  it.each(events)('renders %s as text that holds up on the way, or says why not', (_, event) => {
    expectSound(event, variant);
  });

  it.each(events)('renders %s to the same bytes every time, and leaves the event as it was', (_, event) => {
    const before = JSON.stringify(event);
    expect(render(structuredClone(event), variant)).toEqual(render(deepFrozen(event), variant));
    expect(JSON.stringify(event)).toBe(before);
  });

  it('holds up whatever a producer writes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), hostile, hostile, ([, event], text, key) => {
        expectSound(withText(event, text, key), variant);
      }),
      { numRuns: 500 },
    );
  });
});

function expectSound(event: Event, variant: Variant): void {
  const rendering = render(deepFrozen(event), variant);
  if (rendering.kind === 'skipped') {
    expect(rendering.reason).not.toBe('');
    return;
  }
  expect(rendering.contentType).toMatch(/^application\/([a-z]+\+)?json/);
  expect(isWellFormed(rendering.body)).toBe(true);
  expect(stringsOf(JSON.parse(rendering.body)).filter((text) => !isWellFormed(text))).toEqual([]);
}

function complete(event: EventInput): Event {
  const [kind = 'build'] = event.type.split('.') as ['build' | 'job' | 'deployment'];
  const { id, receivedAt, source, organization, specVersion } = accepted;
  const subject = { kind, id: event[kind]?.id ?? '' };
  return { specVersion, occurredAt: receivedAt, source, subject, ...event, id, receivedAt, organization: { ...organization, ...event.organization, id: organization.id } } as Event;
}

/** The event with a text in the places where people write, and as a key that nobody knows. */
function withText(event: Event, text: string, key: string): Event {
  const spread = { name: text, username: text, message: text, branch: text, profile: text, type: text, number: 1 };
  const about = (subject?: { id: string }) => subject && { ...subject, ...spread, source: { ...spread, author: spread }, error: { code: text, message: text }, metadata: { [key]: text } };
  return {
    ...event,
    app: { ...event.app, ...spread },
    ...definedOnly({ build: about(event.build), job: about(event.job), deployment: about(event.deployment) }),
    actor: spread,
    ext: { hostile: Object.fromEntries([[key, text]]) },
    unheardOf: Object.fromEntries([[key, [text]]]),
  };
}

function definedOnly<Value>(values: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsOf(inner)]);
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}
