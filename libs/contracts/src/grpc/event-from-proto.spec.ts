import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { producedEventTypes } from '../event/event-types.js';
import type { ProducedEventType } from '../event/event-types.js';
import { eventInput } from '../event/event.js';
import { exampleEvent, seedExamples } from '../examples.js';
import { ProblemError } from '../http/problem.js';
import { eventFromProto, eventToProto, protoLoaderOptions } from './event-from-proto.js';
import { protoPath } from './proto-path.js';

const PACKAGE = 'buildwire.events.v1';
const paths = protoPath();
const definitions = loadSync([paths.events, paths.status, paths.errorDetails], { ...protoLoaderOptions, includeDirs: [paths.includeDir] });
const Event = messageType(`${PACKAGE}.Event`);
const minimal = { type: 'build.finished', app: { id: 'app_1' }, build: { id: 'bld_1' } };

describe('an event over gRPC', () => {
  it.each(Object.keys(producedEventTypes) as ProducedEventType[])('arrives as the JSON that was meant: %s', (type) => {
    expect(overTheWire(exampleEvent(type))).toEqual(exampleEvent(type));
  });

  it.each(seedExamples().map(({ name, event }) => [name, event] as const))('arrives as the JSON that was meant: %s', (_, event) => {
    expect(overTheWire(event)).toEqual(event);
  });

  it('tells unset from empty, zero and false', () => {
    const event = { ...minimal, source: '', build: { id: '', number: 0, source: { dirty: false }, timing: { durationMs: 0 }, logs: {}, metrics: {} } };
    expect(overTheWire(event)).toEqual(event);
    expect(Object.keys(overTheWire(minimal))).toEqual(['type', 'app', 'build']);
  });

  it('takes artifacts beyond 4 GiB and durations beyond a month', () => {
    const event = { ...minimal, build: { id: 'b', timing: { durationMs: 2 ** 40 }, artifacts: [{ url: 'https://a.example', sizeBytes: 2 ** 45 }] } };
    expect(overTheWire(event)).toEqual(event);
  });

  it('tells the null of an app without an organization from one that nobody mentioned', () => {
    expect(overTheWire({ ...minimal, app: { id: 'a', org: null } })).toEqual({ ...minimal, app: { id: 'a', org: null } });
  });

  it.each(['bld_2', { id: 'bld_2', number: 2 }])('takes both ways to name the newer build: %j', (supersededBy) => {
    expect(overTheWire({ ...minimal, build: { id: 'b', supersededBy } })).toEqual({ ...minimal, build: { id: 'b', supersededBy } });
  });

  it('carries any JSON in the free-form parts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })), (metadata) => {
        const event = { ...minimal, build: { id: 'b', metadata: JSON.parse(JSON.stringify(metadata)) as object } };
        expect(overTheWire(event)).toEqual(event);
      }),
      { numRuns: 200 },
    );
  });

  it('does not let a key change the prototype of anything', () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"deep":{"__proto__":{"polluted":true}}}');
    const { ext } = eventFromProto({ ext: { fields: { appflow: { structValue: eventToProto({ ext: hostile })['ext'] } } } }) as { ext: Record<string, Record<string, object>> };
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(ext['appflow'])).toBe(Object.prototype);
    expect(Object.getPrototypeOf(ext['appflow']?.['deep'])).toBe(Object.prototype);
    expect((overTheWire({ ...minimal, ext: { hostile } }) as { ext: { polluted?: boolean } }).ext.polluted).toBeUndefined();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s in a free-form part, and says where', (bad) => {
    const event = eventToProto({ ...minimal, build: { id: 'b', metrics: { frames: [60, bad] } } });
    expect(() => eventFromProto(Event.deserialize(Event.serialize(event)))).toThrow(ProblemError);
    expect(faultsOf(() => eventFromProto(event))).toEqual([{ pointer: '/build/metrics/frames/1', detail: 'must be a finite number' }]);
  });

  it('is an empty object if it was not set at all', () => {
    expect(eventFromProto(undefined)).toEqual({});
    expect(eventFromProto(null)).toEqual({});
    expect(eventFromProto(Event.deserialize(Buffer.alloc(0)))).toEqual({});
  });
});

describe('the proto files', () => {
  it.each(eventInput.def.options.map((option) => [option.shape.type.options[0], option] as const))('list every key that the schema knows, so that no transport says less: %s', (_, option) => {
    const compared = compare(option, `${PACKAGE}.Event`);
    expect(compared.length).toBeGreaterThan(15);
    for (const { message, inSchema, inProto } of compared) expect({ message, keys: inProto }).toEqual({ message, keys: inSchema });
  });

  it('hold the service with its three ways to publish', () => {
    const service = definitions[`${PACKAGE}.EventIngestion`] as Record<string, { path: string; requestStream: boolean; responseStream: boolean }>;
    expect(Object.entries(service).map(([name, { requestStream, responseStream }]) => [name, requestStream, responseStream])).toEqual([
      ['Publish', false, false],
      ['PublishBatch', false, false],
      ['PublishStream', true, false],
    ]);
  });

  it('never use 64-bit integers, which proto3 JSON writes as text', () => {
    const isWide = ({ type }: { type?: unknown }) => /^TYPE_(U?INT64|S?FIXED64|SINT64)$/.test(String(type));
    expect(messageNames().filter((name) => name.startsWith(PACKAGE)).flatMap((name) => fieldsOf(name).filter(isWide))).toEqual([]);
  });

  it('carry the faults of an event as google.rpc says', () => {
    const BadRequest = messageType('google.rpc.BadRequest');
    const details = { fieldViolations: [{ field: '/build/id', description: 'is missing' }] };
    expect(BadRequest.deserialize(BadRequest.serialize(details))).toEqual(details);
  });
});

function overTheWire(event: object): Record<string, unknown> {
  return eventFromProto(Event.deserialize(Event.serialize(eventToProto(event))));
}

function faultsOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as ProblemError).faults;
  }
  return [];
}

function messageType(name: string): MessageTypeDefinition<object, object> {
  return (definitions as PackageDefinition)[name] as MessageTypeDefinition<object, object>;
}

function messageNames(): string[] {
  return Object.keys(definitions).filter((name) => 'type' in (definitions[name] ?? {}));
}

interface ProtoField {
  name: string;
  type: string;
  typeName: string;
}

function fieldsOf(name: string): ProtoField[] {
  return (messageType(name).type as unknown as { field?: ProtoField[] }).field ?? [];
}

interface Comparison {
  message: string;
  inSchema: string[];
  inProto: string[];
}

/** The keys of an object in the schema beside those of its message, and so on for all that it holds. */
function compare(schema: unknown, message: string): Comparison[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject) || !message.startsWith(PACKAGE)) return [];
  const fields = new Map(fieldsOf(message).map((field) => [jsonName(field), field]));
  const nested = [...fields].flatMap(([key, { typeName }]) => compare(inner.shape[key], typeName.includes('.') ? typeName : `${PACKAGE}.${typeName}`));
  return [{ message, inSchema: Object.keys(inner.shape).sort(), inProto: [...fields.keys()].sort() }, ...nested];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.unwrap());
  return schema instanceof z.ZodArray ? unwrap(schema.element) : schema;
}

function jsonName({ name }: ProtoField): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
