import { deliveryFilters, newId, timestampOf } from '@buildwire/contracts';
import type { DeliveryFilters } from '@buildwire/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { deliveriesQuery } from './deliveries.query.js';
import { DAY_MS, START_MS } from './spec-support/records.js';
import { useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
const ORGANIZATION = 'org_large';
const OLD_MS = START_MS + 600;
const TIED_MS = START_MS + 1_000;
/** What ids of that time begin with; digits follow. */
const TIED = newId('dlv', TIED_MS).slice(0, 14);
const TIES = 2_000;
const LIMIT = 50;
/** Of one millisecond, where not all are. */
const PER_MS = 10;

let log: TestLog;

/** Two days of which the newest twentieth has other values, as in an outage, and then many deliveries of one millisecond. */
beforeAll(async () => {
  log = await createLog();
  for (const dayMs of [START_MS - DAY_MS, START_MS]) {
    await insert(5_700, (index) => `timestamptz '${timestampOf(dayMs)}' + ${index} / ${PER_MS} * interval '1 millisecond'`, 'old');
    await insert(300, (index) => `timestamptz '${timestampOf(dayMs + 600)}' + ${index} / ${PER_MS} * interval '1 millisecond'`, 'new');
  }
  await insert(TIES, () => `timestamptz '${timestampOf(TIED_MS)}'`, 'tied');
  await log.database.query('analyze delivery_log.delivery');
});

/** Values of a kind, so that each filter can ask for each kind. */
const values = {
  old: { webhookId: 'whk_old', appId: 'app_old', eventId: 'evt_old', type: 'build.failed', status: 'succeeded', statusCode: 200, format: 'raw' },
  new: { webhookId: 'whk_new', appId: 'app_new', eventId: 'evt_new', type: 'build.finished', status: 'exhausted', statusCode: 503, format: 'slack' },
  tied: { webhookId: 'whk_tied', appId: 'app_tied', eventId: 'evt_tied', type: 'job.started', status: 'canceled', statusCode: 404, format: 'teams' },
};
type Kind = keyof typeof values;

async function insert(count: number, createdAt: (index: string) => string, kind: Kind): Promise<void> {
  const { webhookId, appId, eventId, type, status, statusCode, format } = values[kind];
  await log.partitions.ensure('delivery', [START_MS - DAY_MS, START_MS]);
  await log.database.query(
    `insert into delivery_log.delivery (created_at, id, organization_id, event_id, event_type, app_id, webhook_id, format, trigger, attempt_count, status, last_status_code)
     select ${createdAt('place')}, '${TIED}' || md5(place::text), $1, $2, $3, $4, $5, $6, 'event', 1, $7, $8 from generate_series(0, ${count - 1}) place`,
    [ORGANIZATION, eventId, type, appId, webhookId, format, status, statusCode],
  );
}

interface Node {
  'Node Type': string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

/** The parts of the plan that read something, or sort. */
async function partsOf(filters: DeliveryFilters, afterId?: string): Promise<Node[]> {
  const { sql, params } = deliveriesQuery(ORGANIZATION, filters, afterId);
  const [row] = await log.database.query<{ 'QUERY PLAN': { Plan: Node }[] }>(`explain (analyze, timing off, format json) ${sql}`, params);
  const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return (row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => flat(Plan)).filter((node) => node['Actual Loops'] > 0);
}

async function readBy(filters: DeliveryFilters, afterId?: string): Promise<{ rows: number; indexes: string[]; others: string[] }> {
  const scans = (await partsOf(filters, afterId)).filter((node) => node['Node Type'].includes('Scan') && !node['Node Type'].startsWith('Subquery'));
  return {
    rows: scans.reduce((sum, node) => sum + node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0), 0),
    indexes: scans.map((node) => node['Index Name'] ?? 'none'),
    others: scans.map((node) => node['Node Type']).filter((type) => !/^Index (Only )?Scan$/.test(type)),
  };
}

function filtersOf(kind: Kind): [string, RegExp, DeliveryFilters][] {
  const { webhookId: _webhook, statusCode, ...others } = values[kind];
  const given = { ...others, statusCode: String(statusCode) };
  const filters = Object.entries(given).map(([name, value]): [string, RegExp, DeliveryFilters] => [name, indexes[name] ?? /never/, deliveryFilters.parse({ [name]: value, limit: LIMIT })]);
  const webhook: DeliveryFilters = { limit: LIMIT, webhookId: values[kind].webhookId };
  const statusClass = deliveryFilters.parse({ statusCode: `${given.statusCode.charAt(0)}xx`, limit: LIMIT });
  return [...filters, ['webhookId', /webhook_id/, webhook], ['class', /expr/, statusClass]];
}

const indexes: Record<string, RegExp> = { appId: /app_id/, eventId: /event_id/, type: /event_type/, status: /_status_created/, statusCode: /last_status_code/, format: /format/ };

describe('the query of deliveries', () => {
  const cases = (['old', 'new'] as const).flatMap((kind) => filtersOf(kind).filter(([name]) => name !== 'eventId').map(([name, index, filters]) => ({ kind, name, index, filters })));

  it.each(cases)('reads a page and a millisecond of the index by $name, of $kind values', async ({ index, filters }) => {
    for (const after of [undefined, newId('dlv', OLD_MS), newId('dlv', START_MS + 200)]) {
      const { rows, indexes: used, others } = await readBy(filters, after);
      expect(rows).toBeLessThanOrEqual(LIMIT + 2 * PER_MS + 1);
      expect(used.every((name) => index.test(name)), used.join()).toBe(true);
      expect(others).toEqual([]);
    }
  });

  it.each(filtersOf('tied').filter(([name]) => name !== 'eventId'))('reads no more than one millisecond where all share it, by %s', async (_name, index, filters) => {
    const { rows, indexes: used } = await readBy(filters, newId('dlv', TIED_MS + 1));
    expect(rows).toBe(TIES);
    expect(used.every((name) => index.test(name)), used.join()).toBe(true);
  });

  it.each<[string, RegExp, Partial<DeliveryFilters>]>([
    ['no filter', /pkey/, {}],
    ['since', /pkey/, { since: timestampOf(START_MS) }],
    ['eventId', /event_id/, { eventId: 'evt_tied' }],
  ])('reads a page where all share a millisecond, by %s', async (_name, index, given) => {
    for (const after of [undefined, newId('dlv', TIED_MS + 1), `${TIED}8888888888888888`]) {
      const { rows, indexes: used } = await readBy(deliveryFilters.parse({ ...given, limit: LIMIT }), after);
      expect(rows).toBe(LIMIT + 1);
      expect(used.every((name) => index.test(name)), used.join()).toBe(true);
    }
  });
});
