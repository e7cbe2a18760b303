import { timestampOf } from '@buildwire/contracts';
import type { Attempt } from '@buildwire/contracts';
import { Database, decodeCursor, encodeCursor } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { attemptsQuery } from './attempts.query.js';
import type { AttemptPageRow } from './attempts.query.js';
import { bodyText } from './body-text.js';
import { createdAtOf } from './deliveries.query.js';
import { Deliveries } from './deliveries.repository.js';
import type { Page, Paging } from '@buildwire/database';

/** Epoch milliseconds of a year with four digits, and an id. */
const KEYSET = [/^\d{1,14}$/, /^att_[0-7][0-9A-Z]{25}$/];

/** The attempts in the log. Every call sees one organization's only. */
@Injectable()
export class Attempts {
  constructor(
    private readonly database: Database,
    private readonly deliveries: Deliveries,
  ) {}

  /** Oldest first. Throws a {@link ProblemError}: `not_found` for the delivery, or `invalid_cursor`. */
  async list(organizationId: string, deliveryId: string, { limit, cursor }: Paging): Promise<Page<Attempt>> {
    await this.deliveries.get(organizationId, deliveryId);
    const list = `attempts of ${deliveryId}`;
    const after = cursor === undefined ? ['-infinity', ''] : positionOf(decodeCursor(organizationId, list, cursor, KEYSET));
    const rows = await this.database.query<AttemptPageRow>(attemptsQuery, [organizationId, deliveryId, createdAtOf(deliveryId), ...after, limit + 1]);
    const page = rows.slice(0, limit);
    const last = (rows[0]?.found ?? 0) > page.length ? page.at(-1) : undefined;
    return { data: page.map(attemptOf), nextCursor: last === undefined ? null : encodeCursor(organizationId, list, [String(Date.parse(last.sentAt)), last.id]) };
  }
}

function positionOf([sentAtMs, id]: string[]): [string, string | undefined] {
  return [timestampOf(Number(sentAtMs)), id];
}

function attemptOf(row: AttemptPageRow): Attempt {
  const { id, deliveryId, number, trigger, outcome, reason, timing, sentAt, durationMs, transportRetried } = row;
  const request = { method: row.requestMethod, url: row.requestUrl, headers: row.requestHeaders, ...requestBodyOf(row) };
  return { id, deliveryId, number, trigger, outcome, reason, request, response: responseOf(row), timing, sentAt, durationMs, transportRetried };
}

function requestBodyOf({ requestBody, requestBodyBytes }: AttemptPageRow) {
  return requestBody === null ? bodyText(requestBodyBytes ?? Buffer.alloc(0)) : { body: requestBody };
}

function responseOf({ statusCode, responseHeaders, responseBody, responseTruncated }: AttemptPageRow): Attempt['response'] {
  if (statusCode === null) return null;
  return { statusCode, headers: responseHeaders ?? [], ...bodyText(responseBody ?? Buffer.alloc(0)), truncated: responseTruncated ?? false };
}
