import { timestampOf } from '@buildwire/contracts';
import type { DeadLetter } from '@buildwire/contracts';
import { Database, decodeCursor, encodeCursor, instant } from '@buildwire/database';
import type { LoggedDeadLetter } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { bodyText } from './body-text.js';
import type { Page, Paging } from '@buildwire/database';

type Row = Omit<LoggedDeadLetter, 'organizationId' | 'occurredAt'> & { occurredAt: string; found: number };

const LIST = 'dead letters';
/** Epoch milliseconds of a year with four digits, and an id. */
const KEYSET = [/^\d{1,14}$/, /^dlt_[0-7][0-9A-Z]{25}$/];
/** Bounds the memory of a page: it ends with the dead letter whose payload reaches this. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** `found` counts the rows from the cursor on, up to one more than the limit. */
const deadLettersQuery = `
  select * from (
    select l.*, count(*) over ()::integer as found,
      sum(octet_length(payload)) over (order by occurred_at desc, id desc) - octet_length(payload) as "bytesBefore"
    from (
      select id, service, subject, reason, payload, truncated, occurred_at, ${instant('occurred_at')} as "occurredAt"
      from delivery_log.dead_letter
      where organization_id = $1 and (occurred_at, id) < ($2::timestamptz, $3)
      order by occurred_at desc, id desc limit $4
    ) l
  ) sized
  where "bytesBefore" < ${MAX_PAGE_BYTES} order by occurred_at desc, id desc`;

/** The messages that could not be worked on. Every call sees one organization's only. */
@Injectable()
export class LoggedDeadLetters {
  constructor(private readonly database: Database) {}

  /** Newest first. Throws a {@link ProblemError} `invalid_cursor`. */
  async list(organizationId: string, { limit, cursor }: Paging): Promise<Page<DeadLetter>> {
    const [before, beforeId] = cursor === undefined ? ['infinity', ''] : positionOf(decodeCursor(organizationId, LIST, cursor, KEYSET));
    const rows = await this.database.query<Row>(deadLettersQuery, [organizationId, before, beforeId, limit + 1]);
    const page = rows.slice(0, limit);
    const last = (rows[0]?.found ?? 0) > page.length ? page.at(-1) : undefined;
    return { data: page.map(deadLetterOf), nextCursor: last === undefined ? null : encodeCursor(organizationId, LIST, [String(Date.parse(last.occurredAt)), last.id]) };
  }
}

function positionOf([occurredAtMs, id]: string[]): [string, string | undefined] {
  return [timestampOf(Number(occurredAtMs)), id];
}

function deadLetterOf({ id, service, subject, reason, payload, truncated, occurredAt }: Row): DeadLetter {
  const { body, bodyEncoding } = bodyText(payload);
  return { id, service, subject, reason, payload: body, ...(bodyEncoding === undefined ? {} : { payloadEncoding: bodyEncoding }), truncated, occurredAt };
}
