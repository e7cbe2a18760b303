import { readRecord } from '@buildwire/contracts';
import type { AnyContract, MessageContract } from '@buildwire/contracts';
import { openFrame } from './message-frame.js';

/** The records of a message, checked. Throws an Error that says why it cannot be read. */
export function recordsOf<Record extends { organizationId: string }>(contract: Pick<MessageContract<string, Record>, 'schema' | 'aside'>, data: Uint8Array): Record[] {
  const { parsed, textOf } = openFrame(data);
  if (!Array.isArray(parsed)) throw new Error('it is not a JSON array of records');
  return parsed.map((record: unknown, index) => readRecord(contract, whole(contract, record, textOf(index)), index));
}

/** The record with the text that travelled aside. */
function whole({ aside }: Pick<AnyContract, 'aside'>, record: unknown, text: string | undefined): unknown {
  if (aside === undefined || text === undefined || typeof record !== 'object' || record === null) return record;
  return aside.join(record, text);
}
