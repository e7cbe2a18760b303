import { dialects, eventTypes, exampleEvent, formats, isOperationalEvent, seedExamples } from '@buildwire/contracts';
import type { Event, EventType, Variant } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { render } from './registry.js';
import { completed, context } from './spec-support/events.js';

/*
 * What every format and dialect promises, whatever it makes of an event. A new one is covered as soon as it is registered.
 */

const variants: Variant[] = [
  ...dialects.map((dialect): Variant => ({ format: 'raw', dialect, options: {} })),
  { format: 'raw', dialect: 'cloudevents', options: { cloudEventsMode: 'binary' } },
  ...formats.filter((format) => format !== 'raw').map((format): Variant => ({ format, dialect: null, options: { mentions: ['U1'], showSuperseded: true, showCanceled: true } })),
];
const events: [string, Event][] = [
  ...(Object.keys(eventTypes) as EventType[]).map((type): [string, Event] => [type, completed(exampleEvent(type))]),
  ...seedExamples().map(({ name, event }): [string, Event] => [name, completed(event)]),
];

/** Half pairs, quotes, line ends that JSON allows and JavaScript did not, markup, mentions, NUL, right-to-left marks. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud83e', '\udd8a', '\udd8a\ud83e', '"}]}', '\\ud800', '\\\ud800', '\u2028\u2029', '<!channel>', '@everyone', '</script>', '\0', '\u202e', '`'.repeat(9), '\ufeff', '🦊'.repeat(400)),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);

describe.each(variants)('$format, $dialect, $options', (variant) => {
  it.each(events)('renders %s as text that holds up on the way, or says why not', (_, event) => {
    expectSound(event, variant);
  });

  it.each(events)('renders %s to the same bytes every time, and leaves the event as it was', (_, event) => {
    const before = JSON.stringify(event);
    expect(render(structuredClone(event), variant, context)).toEqual(render(deepFrozen(event), variant, context));
    expect(JSON.stringify(event)).toBe(before);
  });

  it('holds up whatever a producer writes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), hostile, hostile, ([, event], text, key) => {
        expectSound(withText(event, text, key), variant);
      }),
      { numRuns: 300 },
    );
  });
});

function expectSound(event: Event, variant: Variant): void {
  const rendering = render(deepFrozen(event), variant, context);
  if (rendering.kind === 'skipped') {
    expect(rendering.reason).not.toBe('');
    return;
  }
  expect(rendering.contentType).toMatch(/^application\/([a-z]+\+)?json/);
  // What HTTP lets into a header.
  for (const [name, value] of rendering.headers) expect(`${name}: ${value}`).toMatch(/^[\w-]+: [\x20-\x7e]*$/);
  expect(isWellFormed(rendering.body)).toBe(true);
  expect(stringsOf(JSON.parse(rendering.body)).filter((text) => !isWellFormed(text))).toEqual([]);
}

/** The event with a text in the places where people write, and as a key that nobody knows. */
function withText(event: Event, text: string, key: string): Event {
  const spread = { name: text, username: text, message: text, branch: text, profile: text, type: text, number: 1 };
  const told = { name: text, host: text, reason: text, [key]: text };
  const about = (subject?: { id: string }) => subject && { ...subject, ...spread, source: { ...spread, author: spread }, error: { code: text, message: text }, metadata: { [key]: text } };
  return {
    ...event,
    app: { ...event.app, ...spread },
    ...definedOnly({ build: about(event.build), job: about(event.job), deployment: about(event.deployment) }),
    ...(isOperationalEvent(event) ? { webhook: { ...event.webhook, ...told }, delivery: event.delivery && { ...event.delivery, ...told } } : {}),
    actor: spread,
    ext: { hostile: Object.fromEntries([[key, text]]) },
    unheardOf: Object.fromEntries([[key, [text]]]),
  } as Event;
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
