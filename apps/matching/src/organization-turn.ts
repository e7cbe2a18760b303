import type { Database, Query } from '@buildwire/database';

/** A transaction. Changes of one organization's webhooks take turns, so that their versions become visible in order: see the migration. */
export function inTurnOf<Result>(database: Database, organizationId: string, work: (query: Query) => Promise<Result>): Promise<Result> {
  return database.transaction(async (query) => {
    await query('select 1 from matching.organization where id = $1 for no key update', [organizationId]);
    return work(query);
  });
}
