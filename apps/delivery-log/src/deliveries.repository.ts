import { ProblemError } from '@buildwire/contracts';
import type { Delivery, DeliveryFilters } from '@buildwire/contracts';
import { Database, decodeCursor, encodeCursor } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { createdAtOf, deliveriesQuery, deliveryColumns } from './deliveries.query.js';
import type { Statement } from './deliveries.query.js';
import { pageOf } from '@buildwire/database';
import type { Page } from '@buildwire/database';
import { PendingDeliveries } from './pending-deliveries.repository.js';

const LIST = 'deliveries';
const KEYSET = [/^dlv_[0-7][0-9A-Z]{25}$/];

/** Postgres canceled the statement: it took longer than one may. */
const CANCELED = '57014';

/** The deliveries in the log. Every call sees one organization's only. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly database: Database,
    private readonly pending: PendingDeliveries,
  ) {}

  /** Newest first. Throws a {@link ProblemError} `invalid_cursor` for a cursor that is not of this organization's deliveries. */
  async list(organizationId: string, filters: DeliveryFilters): Promise<Page<Delivery>> {
    const afterId = filters.cursor === undefined ? undefined : idOf(organizationId, filters.cursor);
    const rows = await this.search(deliveriesQuery(organizationId, filters, afterId), filters);
    const { page, last } = pageOf(rows, filters.limit);
    return { data: page, nextCursor: last === undefined ? null : encodeCursor(organizationId, LIST, [last.id]) };
  }

  /** Throws a {@link ProblemError} `not_found`. */
  async get(organizationId: string, id: string): Promise<Delivery> {
    const [logged] = await this.find(organizationId, [id]);
    const delivery = logged ?? (await this.pending.find(organizationId, id));
    if (delivery === undefined) throw new ProblemError('not_found', 'there is no such delivery');
    return delivery;
  }

  /** Those of these deliveries that the log knows, in no order. */
  async find(organizationId: string, ids: readonly string[]): Promise<Delivery[]> {
    const known = ids.filter((id) => createdAtOf(id) !== undefined);
    const times = [...new Set(known.map(createdAtOf))];
    if (known.length === 0) return [];
    return this.database.query<Delivery>(
      `select ${deliveryColumns} from delivery_log.delivery d
       where d.created_at = any ($2::timestamptz[]) and d.id = any ($3) and d.organization_id = $1`,
      [organizationId, times, known],
    );
  }

  private async search({ sql, params }: Statement, { text }: DeliveryFilters): Promise<Delivery[]> {
    try {
      return await this.database.query<Delivery>(sql, params);
    } catch (error) {
      if (text === undefined || !isCanceled(error)) throw error;
      throw new ProblemError('invalid_request', 'the search for text took too long; narrow it with since, until or another filter', [], { cause: error });
    }
  }
}

function idOf(organizationId: string, cursor: string): string {
  const [id = ''] = decodeCursor(organizationId, LIST, cursor, KEYSET);
  if (createdAtOf(id) === undefined) throw new ProblemError('invalid_cursor');
  return id;
}

function isCanceled(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === CANCELED;
}
