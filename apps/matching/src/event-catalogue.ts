import { eventInput, eventType, eventTypes, exampleEvent, isOperational, operationalEventSchema, statesOf, subjectKindOf } from '@buildwire/contracts';
import type { EventInput, EventType, OperationalEvent, OperationalEventType, ProducedEventType } from '@buildwire/contracts';
import { z } from 'zod';

/** What a producer or a receiver needs to know of an event type. */
export interface EventTypeEntry {
  name: EventType;
  description: string;
  /** JSON Schema, draft 2020-12: of what a producer sends, or of what Buildwire tells. */
  schema: Record<string, unknown>;
  example: EventInput | OperationalEvent;
}

let entries: EventTypeEntry[] | undefined;

/** Every event type there is; the same for all organizations, so it is made once. */
export function eventCatalogue(): EventTypeEntry[] {
  entries ??= eventType.options.map((name) => ({ name, description: descriptionOf(name), schema: isOperational(name) ? schemaOfOperational(name) : schemaOf(name), example: exampleEvent(name) }));
  return entries;
}

function descriptionOf(type: EventType): string {
  const { description } = eventTypes[type];
  if (!isOperational(type)) return description;
  const kind = subjectKindOf(type);
  return `${description} Buildwire itself tells this; nobody can publish it. A webhook that wants it names it, or uses a pattern that begins with the word ${kind}: * and *.* are about builds, jobs and deployments only. In a pattern, * stands for one word. No webhook is told about itself.`;
}

interface ObjectSchema {
  properties: Record<string, unknown>;
}

/** The schema of the type's kind, narrowed to what goes with the type: its name, and the states it may carry. */
function schemaOf(type: ProducedEventType): Record<string, unknown> {
  const kind = subjectKindOf(type);
  const schema = jsonSchemaOf(branchOf(type)) as ObjectSchema & { $defs: Record<string, ObjectSchema> };
  const subject = Object.entries(schema.$defs).find(([id]) => id.toLowerCase() === kind)?.[1];
  if (subject === undefined) throw new Error(`the schema of ${type} describes no ${kind}`);
  subject.properties = { ...subject.properties, state: { enum: statesOf(type), default: statesOf(type)[0] } };
  schema.properties = { ...schema.properties, type: { const: type } };
  return { ...schema };
}

function schemaOfOperational(type: OperationalEventType): Record<string, unknown> {
  const kind = subjectKindOf(type);
  const schema = jsonSchemaOf(operationalEventSchema) as ObjectSchema & { required: string[] };
  const subject = { type: 'object', properties: { kind: { const: kind }, id: { type: 'string' } }, required: ['kind', 'id'] };
  return { ...schema, properties: { ...schema.properties, type: { const: type }, subject }, required: [...new Set([...schema.required, kind])] };
}

function jsonSchemaOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', reused: 'inline' });
}

function branchOf(type: ProducedEventType) {
  const branch = eventInput.options.find(({ shape }) => shape.type.safeParse(type).success);
  if (branch === undefined) throw new Error(`no event is of type ${type}`);
  return branch;
}
