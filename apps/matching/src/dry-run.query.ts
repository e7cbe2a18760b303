import type { DryRun, DryRunResult, Event, StatusChange } from '@buildwire/contracts';
import { Database, instant } from '@buildwire/database';
import { compileFilter, explain } from '@buildwire/filters';
import { Injectable } from '@nestjs/common';
import { Where } from './where.js';

/** Events may be large, so no more than these are in memory at once. */
const PAGE = 25;

interface Row {
  body: Event;
  change: StatusChange | null;
  id: string;
  receivedAt: string;
}

/** Tries a webhook that need not exist on what was said lately. */
@Injectable()
export class DryRuns {
  constructor(private readonly database: Database) {}

  /** The latest events, newest first, by the time of receipt. What each changed on its line is as it was when it was matched. */
  async run(organizationId: string, { events, appId, filter, limit }: DryRun): Promise<DryRunResult> {
    const subscription = { events, appId, filter: filter === null ? null : compileFilter(filter) };
    const data: DryRunResult['data'] = [];
    for (let page: Row[] | undefined; data.length < limit && (page === undefined || page.length === PAGE); ) {
      page = await this.latest(organizationId, page?.at(-1), Math.min(PAGE, limit - data.length));
      for (const { body, change } of page) data.push({ eventId: body.id, type: body.type, ...explain(subscription, { event: body, change }) });
    }
    return { data };
  }

  private latest(organizationId: string, before: Row | undefined, limit: number): Promise<Row[]> {
    const where = new Where().and('organization_id = ?', organizationId).and('test = ?', false).after('received_at, id', before && [before.receivedAt, before.id]);
    return this.database.query<Row>(
      `select body, status_change as change, id, ${instant('received_at')} as "receivedAt"
         from matching.event where ${where} order by received_at desc, id desc limit ${where.add(limit)}`,
      where.params,
    );
  }
}
