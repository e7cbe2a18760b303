import type { z } from 'zod';
import type { StreamName } from './streams.js';

/** The most bytes of one NATS message: under the server's default `max_payload` of 1 MiB, headers included. */
export const MAX_MESSAGE_BYTES = 1_000_000;

/**
 * What travels on NATS under one name. A NATS message holds one or more records of one contract and one organization,
 * as a JSON array, and behind it their long texts: under load a turn of a stage is one message. Each record, or each of
 * its units, settles alone.
 */
export interface MessageContract<Name extends string = string, Record extends Routed = Routed, Unit extends Routed = Record> {
  /** `<entity>.<past participle>` */
  name: Name;
  stream: StreamName;
  /** What comes out is what goes in: records are checked by it and not parsed, so a default would be lost. */
  schema: z.ZodType<Record, Record>;
  /** Where a record goes; records of one subject may share a message. */
  subject(record: Record): string;
  /** Names a record for the stream's duplicate window: publishing it again within the window stores nothing. */
  key(record: Record): string;
  /** The most units in one message. */
  maxRecords: number;
  /** What of a record settles on its own; absent if the record does. */
  units?: Units<Record, Unit>;
  /** A long text of a record; absent if it has none. */
  aside?: Aside<NoInfer<Record>>;
  /** Whether a record shares its message with no other. */
  alone?(record: Record): boolean;
}

/** Things that have so much in common that they travel as one record. */
export interface Units<Record, Unit> {
  count(record: Record): number;
  of(record: Record): Unit[];
}

/** A text that travels behind the JSON of its message as it is, once for all records that have the same: nobody escapes or parses it. */
export interface Aside<Record> {
  /** The text, and the record without it, to be written as JSON. */
  split(record: Record): { text: string; rest: object };
  /** Puts the text into the rest as it was read, which nobody has checked yet. */
  join(rest: object, text: string): object;
}

/** Every record says whose it is. */
export interface Routed {
  organizationId: string;
}

export type RecordOf<Contract> = Contract extends { schema: z.ZodType<infer Record> } ? Record : never;

/** Defines a contract: subject, stream, schema and key in one place. */
export function defineMessage<Name extends string, Record extends Routed, Unit extends Routed = Record>(
  definition: Omit<MessageContract<Name, Record, Unit>, 'subject'> & Partial<Pick<MessageContract<Name, Record, Unit>, 'subject'>>,
): MessageContract<Name, Record, Unit> {
  return { subject: (record) => `${subjectPrefix(definition.name)}.${record.organizationId}`, ...definition };
}

/** The part of a contract's subjects that its name fixes. */
export function subjectPrefix(name: string): string {
  return `buildwire.${name}`;
}
