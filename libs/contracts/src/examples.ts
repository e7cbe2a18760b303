import { readFileSync, readdirSync } from 'node:fs';
import type { EventType, OperationalEventType } from './event/event-types.js';
import type { EventInput, OperationalEvent } from './event/event.js';
import type { RecordOf } from './message-contract.js';
import type { pipeline, ServiceName } from './pipeline.js';

type Published = (typeof pipeline)[ServiceName]['publishes'][number];

/** The name of a message contract. */
export type MessageName = Published['name'];

/** What another product documents that it sends, and the event that says the same. */
export interface SeedExample {
  /** `<product>-<what>`: the file's name. */
  name: string;
  /** The body of the product's own webhook. */
  vendor: Record<string, unknown>;
  event: EventInput;
}

const EXAMPLES = new URL('../examples/', import.meta.url);

/**
 * A realistic event of this type: as a producer sends it, without an id, so that sending it twice makes two events; or, of
 * Buildwire's own, as it is told.
 */
export function exampleEvent<Type extends EventType>(type: Type): Type extends OperationalEventType ? OperationalEvent : EventInput {
  return read(`events/${type}.json`);
}

/** One record of a message contract. All records are about one event on its way. */
export function exampleMessage<Name extends MessageName>(name: Name): RecordOf<Extract<Published, { name: Name }>> {
  return read(`messages/${name}.json`);
}

/** The documented bodies of the products whose webhooks Buildwire can stand in for. */
export function seedExamples(): SeedExample[] {
  const files = readdirSync(new URL('seeds/', EXAMPLES)).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => ({ name: file.slice(0, -'.json'.length), ...read<Omit<SeedExample, 'name'>>(`seeds/${file}`) }));
}

/** The caller states the shape of its files; the specs parse each with the schema of its kind. */
function read<Shape>(path: string): Shape {
  return JSON.parse(readFileSync(new URL(path, EXAMPLES), 'utf8')) as Shape;
}
