import { ProblemError } from '@buildwire/contracts';
import type { Event, EventFilters } from '@buildwire/contracts';
import { Database, INSTANT, decodeCursor, encodeCursor, instant } from '@buildwire/database';
import type { Page } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { Where } from './where.js';

const LIST = 'events';
const KEYSET = [INSTANT, /^[\x21-\x7e]{1,200}$/];
/** Large events make a page shorter than its limit, so that an answer stays bounded. */
const PAGE_BYTES = 8 * 1024 * 1024;

interface Row {
  body: Event;
  id: string;
  receivedAt: string;
  /** How many rows there were before the page was cut to its size. */
  found: number;
}

/** The events of an organization, as they were accepted. */
@Injectable()
export class Events {
  constructor(private readonly database: Database) {}

  /** Newest first, by the time of receipt; tests of webhooks are left out. Throws a {@link ProblemError} `invalid_cursor`. */
  async list(organizationId: string, filters: EventFilters): Promise<Page<Event>> {
    const rows = await this.find(organizationId, filters);
    const page = rows.slice(0, filters.limit);
    const last = page.at(-1);
    const more = last !== undefined && last.found > page.length;
    return { data: page.map(({ body }) => body), nextCursor: more ? encodeCursor(organizationId, LIST, [last.receivedAt, last.id]) : null };
  }

  /** Throws a {@link ProblemError} `not_found`. */
  async get(organizationId: string, id: string): Promise<Event> {
    const [row] = await this.database.query<{ body: Event }>('select body from matching.event where organization_id = $1 and id = $2', [organizationId, id]);
    if (row === undefined) throw new ProblemError('not_found');
    return row.body;
  }

  private find(organizationId: string, { type, appId, since, until, limit, cursor }: EventFilters): Promise<Row[]> {
    const where = new Where()
      .and('organization_id = ?', organizationId)
      .and('test = ?', false)
      .and('type = ?', type)
      .and('app_id = ?', appId)
      .and('received_at >= ?', since)
      .and('received_at < ?', until)
      .after('received_at, id', cursor === undefined ? undefined : decodeCursor(organizationId, LIST, cursor, KEYSET));
    return this.database.query<Row>(
      `select body, id, ${instant('received_at')} as "receivedAt", found
         from (select *, count(*) over ()::int as found, sum(octet_length(body::text)) over (order by received_at desc, id desc) - octet_length(body::text) as bytes_before
                 from (select body, id, received_at from matching.event where ${where} order by received_at desc, id desc limit ${where.add(limit + 1)}) as newest
              ) as measured
        where bytes_before < ${PAGE_BYTES} order by received_at desc, id desc`,
      where.params,
    );
  }
}
