import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { operationalEventTypes } from './event/event-types.js';
import type { OperationalEventType } from './event/event-types.js';
import { exampleEvent, exampleMessage } from './examples.js';
import type { MessageName } from './examples.js';
import { deliveryRendered } from './messages/delivery-rendered.js';
import { eventAccepted } from './messages/event-accepted.js';
import { pipeline } from './pipeline.js';
import type { AnyContract, Stage } from './pipeline.js';
import { readRecord } from './read-record.js';

type Path = readonly string[];

const NONE = Symbol('nothing');
/** Some of each kind, and what sits at a limit. */
const STRANGERS: unknown[] = [
  ...[NONE, null, true, false, 0, -1, 1, 4, 1.5, 2 ** 53, Infinity, '', ' ', 'x', ' x ', 'raw', 'event', 'x'.repeat(101), '🦊'.repeat(60), 'org_a.b', 'org_ok\n'],
  ...[[], [1], [[]], [['a']], [['a', 1]], [['a', 'b', 'c']], [null], ['a b'], {}, { id: 1 }, { unknown: 1 }],
];

const contracts = [...new Set(Object.values(pipeline).flatMap((stage: Stage): readonly AnyContract[] => stage.publishes))];

describe.each(contracts.map((contract) => [contract.name, contract] as const))('a record of %s', (name, contract) => {
  const records = recordsOf(name as MessageName);
  const places = records.flatMap((record) => pathsIn(record).map((path) => [record, path] as const));

  it('is checked by a compiled validator', () => {
    expect(() => z.compile(contract.schema, { strict: true })).not.toThrow();
  });

  it('is the value itself, and what its schema makes of it', () => {
    for (const record of records) {
      expect(readRecord(contract, record, 0)).toBe(record);
      expect(record).toMatchObject(contract.schema.parse(record));
    }
  });

  it('is refused if its schema refuses it, and else is not, whatever is put in the place of a value', () => {
    const changed = places.flatMap(([record, path]) => STRANGERS.map((stranger) => [path.join('/'), stranger, put(record, path, stranger)] as const));
    const judged = changed.map(([path, stranger, record]) => ({ path, stranger, isRead: isRead(contract, record), isRight: contract.schema.safeParse(record).success }));
    expect(judged.filter(({ isRead, isRight }) => isRead !== isRight)).toEqual([]);
    expect(judged.filter(({ isRead }) => !isRead).length).toBeGreaterThan(100);
  });

  it('is judged as its schema does with any JSON anywhere in it', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 220 }), fc.stringMatching(/^(org|evt|whk|dlv|att|dlt)_[0-9A-HJKMNP-TV-Z]{26}$/));
    const anything = fc.property(fc.constantFrom(...places), fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.double(), texts), ([record, path], value) => {
      const changed = put(record, path, value);
      expect(isRead(contract, changed)).toBe(contract.schema.safeParse(changed).success);
    });
    fc.assert(anything, { numRuns: 300 });
  });

  it('keeps what only another version knows, but in options, which are strict', () => {
    for (const [record, path] of places.filter(([record, path]) => isObject(at(record, path)))) {
      const extended = put(record, [...path, 'sinceTomorrow'], { by: ['another version'] });
      expect([path, isRead(contract, extended)]).toEqual([path, path.at(-1) !== 'options']);
    }
  });
});

describe('readRecord', () => {
  it.each([
    ['a missing key', { body: undefined }, '/2/body: '],
    ['a value of the wrong type', { attempt: '1' }, '/2/attempt: '],
    ['a bad id', { deliveries: [{ id: 'dlv_1', webhookId: 'whk_01KJPRZB00EXJP4T3FDXNJTC1H' }] }, '/2/deliveries/0/id: must be dlv_ and a ULID'],
    ['a value that is none of those known', { format: 'fax' }, '/2/format: '],
    ['headers that are no pairs', { headers: [['a']] }, '/2/headers: must be pairs of texts'],
  ])('names where %s is', (_, fault, reason) => {
    const record: unknown = JSON.parse(JSON.stringify({ ...exampleMessage('delivery.rendered'), ...fault }));
    expect(() => readRecord(deliveryRendered, record, 2)).toThrow(reason);
  });

  it('names every fault', () => {
    expect(() => readRecord(eventAccepted, { organizationId: '', event: [] }, 0)).toThrow(/^\/0\/organizationId: must be org_.*; \/0\/event: /);
  });

  it.each([[null], [[]], ['text'], [1]])('refuses %j, which is no record', (value) => {
    expect(() => readRecord(eventAccepted, value, 1)).toThrow(/^\/1: /);
  });
});

/** Records that together hold every key of their contract. */
function recordsOf(name: MessageName): object[] {
  const example = exampleMessage(name);
  switch (name) {
    case 'event.accepted':
      return [example, { ...example, test: { webhookId: 'whk_01KJPRZB00EXJP4T3FDXNJTC1H' } }, ...withOperationalEvents(example)];
    case 'delivery.matched':
      return [example, { ...example, trigger: 'test', again: true, variant: { format: 'discord', dialect: null, options: allOptions } }, ...withOperationalEvents(example)];
    case 'delivery.rendered':
    case 'delivery.postponed':
    case 'delivery.attempted':
      return [example, { ...example, dialect: null, headers: [['ce-id', 'a'], ['ce-type', 'b']], resendId: 'a', again: true, ...ofOutcome[name] }];
    case 'delivery.closed':
      return [example, { ...example, trigger: 'event', status: 'skipped' }];
    case 'webhook.refused':
      return [example, { ...example, appId: 'app_a' }];
    case 'webhook.resumed':
    case 'webhook.stopped':
    case 'message.dead-lettered':
      return [example];
  }
}

const allOptions = { cloudEventsMode: 'binary', mentions: ['user:1', 'role:2'], showSuperseded: true, showCanceled: false, threadName: 'Builds 🦊' };
const ofOutcome = { 'delivery.rendered': {}, 'delivery.postponed': { turn: { ordered: true, supersedes: false } }, 'delivery.attempted': { routine: true } };

function withOperationalEvents(example: object): object[] {
  return (Object.keys(operationalEventTypes) as OperationalEventType[]).map((type) => ({ ...example, event: exampleEvent(type) }));
}

/** Refused, or read without a copy: a copy would mean that the compiled check was wrong. */
function isRead(contract: AnyContract, value: unknown): boolean {
  let record: unknown;
  try {
    record = readRecord(contract, value, 0);
  } catch {
    return false;
  }
  expect(record).toBe(value);
  return true;
}

/** The paths of a value and of all that is in it, but for what an event says of a build's source: its schema does not look there. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || path.join('/') === 'event/build/source') return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((outer, key) => (outer as Record<string, unknown>)[key], value);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy with another value in one place, or none. */
function put(value: unknown, [key, ...rest]: Path, stranger: unknown): unknown {
  if (key === undefined) return stranger;
  const outer = value as Record<string, unknown>;
  const changed = put(outer[key], rest, stranger);
  if (Array.isArray(outer)) return outer.flatMap((inner, index) => (String(index) !== key ? [inner] : changed === NONE ? [] : [changed]));
  const { [key]: _, ...others } = outer;
  return changed === NONE ? others : { ...others, [key]: changed };
}
