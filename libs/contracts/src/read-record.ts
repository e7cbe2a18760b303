import { z } from 'zod';
import { faultsOf, pointerOf } from './http/validate.js';

type Check = (value: unknown) => boolean;

const checks = new WeakMap<z.ZodType, Check>();

/**
 * A record of a message, checked by its contract's schema. It is the value itself: zod's copy takes longer than the check. So
 * keys that the schema does not name stay in it, and versions that run side by side hand on what only one of them knows; and a
 * text stays as it is that zod would trim. Throws an Error that names every fault by its JSON pointer into the message, in which
 * the record is at `index`.
 */
export function readRecord<Record>({ schema }: { schema: z.ZodType<Record, Record> }, value: unknown, index: number): Record {
  if (checkOf(schema)(value)) return value as Record;
  const { success, data, error } = schema.safeParse(value);
  // Zod has the last word.
  if (success) return data;
  throw new Error(faultsOf(error).map(({ pointer, detail }) => `${pointerOf([index])}${pointer}: ${detail}`).join('; '));
}

/** Compiled when the first record comes: it takes some 5 ms, and no service reads the records of every contract. */
function checkOf(schema: z.ZodType): Check {
  const known = checks.get(schema);
  if (known !== undefined) return known;
  const compiled = z.compile(schema);
  const check: Check = (value) => compiled.validate(value);
  checks.set(schema, check);
  return check;
}
