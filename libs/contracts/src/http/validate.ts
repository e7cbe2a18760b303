import type { z } from 'zod';
import { ProblemError } from './problem.js';
import type { Fault } from './problem.js';

const MAX_FAULTS = 50;

/** The value in the schema's output form. Throws a {@link ProblemError} that names every fault by its JSON pointer. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ProblemError(isUnknownType(result.error) ? 'unknown_event_type' : 'invalid_request', undefined, faultsOf(result.error));
}

/** The faults that zod found, at most fifty. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap(faultsOfIssue).slice(0, MAX_FAULTS);
}

/** A JSON pointer (RFC 6901) of a path. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function faultsOfIssue(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ pointer: pointerOf([...issue.path, key]), detail: 'is not known here' }));
  return [{ pointer: pointerOf(issue.path), detail: issue.message }];
}

function isUnknownType(error: z.ZodError): boolean {
  return error.issues.some((issue) => issue.code === 'invalid_union' && issue.discriminator !== undefined);
}
