import { createHash } from 'node:crypto';
import { ProblemError } from '@buildwire/contracts';

/** Ids and times hold no line breaks. */
const SEPARATOR = '\n';

/** Where a list goes on: after the row with this key. Opaque to clients, and of use in this organization's list only. */
export function encodeCursor(organizationId: string, list: string, keyset: readonly string[]): string {
  return Buffer.from([sumOf(organizationId, list, keyset), ...keyset].join(SEPARATOR)).toString('base64url');
}

/**
 * The key in a cursor. `shape` says what each of its parts looks like, since anybody can make up a cursor.
 * Throws a {@link ProblemError} `invalid_cursor` for one that was damaged or belongs to another list.
 */
export function decodeCursor(organizationId: string, list: string, cursor: string, shape: readonly RegExp[]): string[] {
  const [sum, ...keyset] = Buffer.from(cursor, 'base64url').toString().split(SEPARATOR);
  const fits = keyset.length === shape.length && shape.every((part, index) => part.test(keyset[index] ?? '') && (part !== INSTANT || isRealInstant(keyset[index] ?? '')));
  if (!fits || sum !== sumOf(organizationId, list, keyset)) throw new ProblemError('invalid_cursor');
  return keyset;
}

/** The last part of a keyset by time: an instant as {@link instant} writes it. */
export const INSTANT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

/** A timestamptz column as SQL that gives it as our APIs write it: UTC with six fractional digits, which a Date cannot hold. */
export function instant(column: string): string {
  return `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** Postgres refuses 30 February, which the pattern allows. */
function isRealInstant(text: string): boolean {
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(text.slice(0, 10));
}

function sumOf(organizationId: string, list: string, keyset: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify([organizationId, list, ...keyset])).digest('base64url').slice(0, 12);
}
