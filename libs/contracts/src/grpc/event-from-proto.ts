import { structOf, structToJson, valueOf, valueToJson } from './struct.js';
import type { ProtoStruct, ProtoValue } from './struct.js';

type Path = readonly PropertyKey[];
type Message = Record<string, unknown>;

/** The fields that hold any JSON: a Struct or a Value of google.protobuf. No other field bears one of these names. */
const structs = new Set(['ext', 'metrics', 'metadata']);
const values = new Set(['org', 'supersededBy']);

/** How the loader must decode `buildwire.events.v1`, for {@link eventFromProto} to understand it. */
export const protoLoaderOptions = { keepCase: false, longs: Number, enums: String, defaults: false, arrays: false, objects: false, oneofs: true } as const;

/**
 * The JSON of an event that came as a protobuf message, as the REST API takes it; not validated. Fields that were not
 * set are absent. Throws a ProblemError if a free-form part holds a number that JSON does not have.
 */
export function eventFromProto(message: object | null | undefined): Record<string, unknown> {
  return messageToJson((message ?? {}) as Message, []);
}

/** The protobuf message of an event's JSON, for clients; keys that the proto file does not list are left out. */
export function eventToProto(event: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key, fieldToProto(key, value)]));
}

/** Key by key: Object.fromEntries takes twice as long. The keys are those of the proto file, so none is `__proto__`. */
function messageToJson(message: Message, path: Path): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const key of Object.keys(message)) {
    const value: unknown = message[key];
    // With `oneofs` the loader adds the key `_name` for each optional field that is set.
    if (key.startsWith('_') || value === undefined || value === null) continue;
    json[key] = typeof value === 'object' ? partToJson(key, value, [...path, key]) : value;
  }
  return json;
}

function partToJson(key: string, value: object, path: Path): unknown {
  if (structs.has(key)) return structToJson(value as ProtoStruct, path);
  if (values.has(key)) return valueToJson(value as ProtoValue, path);
  if (Array.isArray(value)) return value.map((item: Message, index) => messageToJson(item, [...path, index]));
  return messageToJson(value as Message, path);
}

function fieldToProto(key: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (structs.has(key)) return structOf(value as object);
  if (values.has(key)) return valueOf(value);
  if (Array.isArray(value)) return value.map(eventToProto);
  return typeof value === 'object' && value !== null ? eventToProto(value) : value;
}
