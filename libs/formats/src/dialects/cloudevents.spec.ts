import { eventTypes, exampleEvent, seedExamples } from '@buildwire/contracts';
import type { Event, EventInput, EventType, OperationalEvent } from '@buildwire/contracts';
import { CloudEvent, HTTP } from 'cloudevents';
import type { CloudEventV1 } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rendering } from '../rendering.js';
import { completed, context, payloadOf, withoutLinks } from '../spec-support/events.js';
import { buildwire } from './buildwire.js';
import { cloudevents } from './cloudevents.js';

const finished = completed(exampleEvent('build.finished'));
const events: [string, EventInput | OperationalEvent][] = [
  ...(Object.keys(eventTypes) as EventType[]).map((type): [string, EventInput | OperationalEvent] => [type, exampleEvent(type)]),
  ...seedExamples().map(({ name, event }): [string, EventInput] => [name, event]),
];

describe('the cloudevents dialect, structured', () => {
  it.each(events)('says %s so that the official SDK reads the event from it', (_, input) => {
    const event = completed(input);
    expectSays(read(rendered(event)), event);
  });

  it('is all in the body, attributes first, with the content type of the binding in the spelling that the SDK knows', () => {
    const { contentType, headers, body } = rendered(finished);
    expect({ contentType, headers }).toEqual({ contentType: 'application/cloudevents+json; charset=utf-8', headers: [] });
    const { data: _data, ...attributes } = JSON.parse(body) as Record<string, unknown>;
    expect(JSON.stringify(attributes)).toBe(
      `{"specversion":"1.0","id":"${finished.id}","source":"https://ci.pixelforge.example/my-game","type":"dev.buildwire.build.finished","subject":"bld_1842","time":"2026-05-10T14:23:45.123456Z","datacontenttype":"application/json"}`,
    );
  });

  it('has the data of the buildwire dialect, key by key', () => {
    expect(JSON.stringify(payloadOf(cloudevents, finished)['data'])).toBe(JSON.stringify(payloadOf(buildwire, finished)['data']));
  });

  it('stays a CloudEvent whatever a producer writes into its source and ids', () => {
    fc.assert(
      fc.property(hostile, hostile, (source, id) => {
        const event = hostileEvent(source, id);
        const { body } = rendered(event);
        expect(() => read(rendered(event))).not.toThrow();
        expect((JSON.parse(body) as Record<string, string>)['subject']).not.toMatch(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the cloudevents dialect, binary', () => {
  it.each(events)('says %s so that the official SDK reads the event from it', (_, input) => {
    const event = completed(input);
    expectSays(read(rendered(event, 'binary')), event);
  });

  it('puts attributes into headers, and of the content type only into its own', () => {
    const { contentType, headers } = rendered(finished, 'binary');
    expect(contentType).toBe('application/json');
    expect(headers).toEqual([
      ['ce-specversion', '1.0'],
      ['ce-id', finished.id],
      ['ce-source', 'https://ci.pixelforge.example/my-game'],
      ['ce-type', 'dev.buildwire.build.finished'],
      ['ce-subject', 'bld_1842'],
      ['ce-time', '2026-05-10T14:23:45.123456Z'],
    ]);
  });

  it('has nothing but the data in its body', () => {
    expect(rendered(finished, 'binary').body).toBe(JSON.stringify(payloadOf(buildwire, finished)['data']));
  });

  it.each([
    ['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
    ['say "hi"', 'say%20%22hi%22'],
    ['100%', '100%25'],
    ['a%20b', 'a%2520b'],
    ['~!#$&\'()*+,-./:;<=>?@[\\]^_`{|}', '~!#$&\'()*+,-./:;<=>?@[\\]^_`{|}'],
    ['a\ud83eb', 'a%EF%BF%BDb'],
    ['a\r\nx-evil: 1', 'a%EF%BF%BD%EF%BF%BDx-evil:%201'],
  ])('writes the subject %j as the HTTP binding demands', (id, encoded) => {
    expect(headerOf(hostileEvent('/s', id), 'ce-subject')).toBe(encoded);
  });

  it('encodes the percent signs of a source once more, so that a receiver that decodes gets the source', () => {
    expect(headerOf(hostileEvent('/a%20b', 'x'), 'ce-source')).toBe('/a%2520b');
  });

  it('holds up as headers whatever a producer writes, and decodes to the attributes of the structured mode', () => {
    fc.assert(
      fc.property(hostile, hostile, (source, id) => {
        const event = hostileEvent(source, id);
        const { headers } = rendered(event, 'binary');
        const { data: _data, datacontenttype: _type, ...attributes } = payloadOf(cloudevents, event);
        expect(headers.map(([, value]) => value).filter((value) => !/^[\x21\x23\x24\x25-\x7e]+$/.test(value))).toEqual([]);
        expect(Object.fromEntries(headers.map(([name, value]) => [name.slice('ce-'.length), decodeURIComponent(value)]))).toEqual(attributes);
        expect(() => new Headers(headers)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...'/:?#[]@%2e.~ a1-"\\|😀é\u0000\ud800\ufdd0'), minLength: 1, maxLength: 30 }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
);

function hostileEvent(source: string, id: string): Event {
  return { ...finished, source, subject: { kind: 'build', id }, build: { ...finished.build, id } };
}

function rendered(event: Event, cloudEventsMode?: 'binary'): Extract<Rendering, { kind: 'rendered' }> {
  const rendering = cloudevents(event, { ...context, options: cloudEventsMode === undefined ? {} : { cloudEventsMode } });
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return rendering;
}

function headerOf(event: Event, name: string): string | undefined {
  return new Map(rendered(event, 'binary').headers).get(name);
}

/** What a receiver that uses the SDK gets. Its parser takes anything; the constructor throws on what is no CloudEvent. */
function read({ contentType, headers, body }: Extract<Rendering, { kind: 'rendered' }>): CloudEventV1<unknown> {
  const event = HTTP.toEvent({ headers: { ...Object.fromEntries(headers), 'content-type': contentType }, body });
  if (Array.isArray(event)) throw new Error('one event is no batch');
  return new CloudEvent(event);
}

function expectSays(read: CloudEventV1<unknown>, event: Event): void {
  const { type, occurredAt, ...data } = event;
  const { id, source } = event;
  expect(read).toMatchObject({ specversion: '1.0', id, source, type: `dev.buildwire.${type}`, subject: event.subject.id, datacontenttype: 'application/json' });
  expect(Date.parse(read.time ?? '')).toBe(Date.parse(occurredAt));
  expect(withoutLinks(read.data)).toEqual(data);
}
