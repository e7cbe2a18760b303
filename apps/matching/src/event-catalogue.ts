import { eventInput, eventType, eventTypes, exampleEvent, statesOf, subjectKindOf } from '@buildwire/contracts';
import type { EventInput, EventType, SubjectKind } from '@buildwire/contracts';
import { z } from 'zod';

/** What a producer needs to know of an event type. */
export interface EventTypeEntry {
  name: EventType;
  description: string;
  /** JSON Schema, draft 2020-12. */
  schema: Record<string, unknown>;
  example: EventInput;
}

let entries: EventTypeEntry[] | undefined;

/** Every event type there is; the same for all organizations, so it is made once. */
export function eventCatalogue(): EventTypeEntry[] {
  entries ??= eventType.options.map((name) => ({ name, description: eventTypes[name].description, schema: schemaOf(name), example: exampleEvent(name) }));
  return entries;
}

interface ObjectSchema {
  properties: Record<string, unknown>;
}

/** The schema of the type's kind, narrowed to what goes with the type: its name, and the states it may carry. */
function schemaOf(type: EventType): Record<string, unknown> {
  const kind = subjectKindOf(type);
  const schema = z.toJSONSchema(branchOf(kind), { io: 'input', target: 'draft-2020-12', reused: 'inline' }) as ObjectSchema & { $defs: Record<string, ObjectSchema> };
  const subject = Object.entries(schema.$defs).find(([id]) => id.toLowerCase() === kind)?.[1];
  if (subject === undefined) throw new Error(`the schema of ${type} describes no ${kind}`);
  subject.properties = { ...subject.properties, state: { enum: statesOf(type), default: statesOf(type)[0] } };
  schema.properties = { ...schema.properties, type: { const: type } };
  return { ...schema };
}

function branchOf(kind: SubjectKind) {
  const branch = eventInput.options.find(({ shape }) => shape.type.options.some((type) => subjectKindOf(type) === kind));
  if (branch === undefined) throw new Error(`no event is about a ${kind}`);
  return branch;
}
