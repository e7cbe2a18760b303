import { ProblemError } from '../http/problem.js';
import { pointerOf } from '../http/validate.js';

/** google.protobuf.Struct as @grpc/proto-loader decodes it. */
export interface ProtoStruct {
  fields?: Record<string, ProtoValue>;
}

/** google.protobuf.Value: at most one is set; none means null. */
export interface ProtoValue {
  nullValue?: 'NULL_VALUE';
  numberValue?: number;
  stringValue?: string;
  boolValue?: boolean;
  structValue?: ProtoStruct;
  listValue?: { values?: ProtoValue[] };
}

type Path = readonly PropertyKey[];

/** The plain object of a Struct. Throws a {@link ProblemError} at a number that JSON does not have. */
export function structToJson({ fields = {} }: ProtoStruct, path: Path): Record<string, unknown> {
  // fromEntries defines properties, so that a key `__proto__` stays a key.
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, valueToJson(value, [...path, key])]));
}

/** The JSON value of a Value. */
export function valueToJson(value: ProtoValue, path: Path): unknown {
  if (value.structValue !== undefined) return structToJson(value.structValue, path);
  if (value.listValue !== undefined) return (value.listValue.values ?? []).map((item, index) => valueToJson(item, [...path, index]));
  if (value.numberValue !== undefined) return finite(value.numberValue, path);
  return value.stringValue ?? value.boolValue ?? null;
}

/** The Struct of a plain object. */
export function structOf(object: object): ProtoStruct {
  return { fields: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, valueOf(value)])) };
}

/** The Value of a JSON value. */
export function valueOf(value: unknown): ProtoValue {
  if (value === null || value === undefined) return { nullValue: 'NULL_VALUE' };
  if (Array.isArray(value)) return { listValue: { values: value.map(valueOf) } };
  if (typeof value === 'object') return { structValue: structOf(value) };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return { stringValue: String(value) };
}

/** JSON.stringify would make null of it, unnoticed. */
function finite(value: number, path: Path): number {
  if (Number.isFinite(value)) return value;
  throw new ProblemError('invalid_request', undefined, [{ pointer: pointerOf(path), detail: 'must be a finite number' }]);
}
