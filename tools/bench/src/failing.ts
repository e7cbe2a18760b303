import { randomBytes } from 'node:crypto';
import { eventually } from '@buildwire/testing';
import { withDatabase } from './database.js';
import type { Stack } from './stack.js';
import { targetOf } from './throughput.js';
import { usageOf } from './usage.js';
import type { Workbench } from './workbench.js';

/** What many endpoints that fail leave behind in the process that calls them. */
export interface Failing {
  endpoints: number;
  rssBeforeBytes: number;
  rssAfterBytes: number;
  /** Of the event loop of `delivery`, by its own metric, at the same load to endpoints that are well. */
  wellLagP99Ms: number;
  /** The same while they failed. */
  loopLagP99Ms: number;
}

const FAN_OUT = 50;
/** Half of what the machine does: when it is saturated, the loop waits for a core, whatever endpoints answer. */
const EVENTS_PER_SECOND = 20;
/** Deliveries to endpoints that are well, before: code gets compiled, and the heap grows to what any load takes. */
const WARM_UP = 20_000;
const LIMIT_MS = 900_000;
const LAG_P99 = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m;

/** Each endpoint fails once with 503. Throws unless each was called. */
export async function measureFailing(bench: Workbench, stack: Stack, endpoints: number): Promise<Failing> {
  const run = randomBytes(4).toString('hex');
  const [well, failing] = [`/ok/${run}/`, `/fail/${run}/`];
  const few = Math.min(FAN_OUT, endpoints);
  await create(bench, stack, well, few);
  await loopLagP99Ms(stack);
  await call(bench, stack, well, few, Math.min(WARM_UP, endpoints) / few);
  const [rssBeforeBytes, wellLagP99Ms] = [deliveryRss(stack), await loopLagP99Ms(stack)];
  await create(bench, stack, failing, endpoints);
  await call(bench, stack, failing, endpoints, 1);
  return { endpoints, rssBeforeBytes, rssAfterBytes: deliveryRss(stack), wellLagP99Ms, loopLagP99Ms: await loopLagP99Ms(stack) };
}

/** Written straight into the table: the API would take a quarter of an hour. They sign nothing, since only matching could seal their secrets. */
async function create(bench: Workbench, stack: Stack, prefix: string, endpoints: number): Promise<void> {
  const sql = `
    insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, app_id, active, headers, signing, retry)
    select 'whk_0' || $1 || lpad(place::text, 17, '0'), $2, 'bench', $3 || place, 'raw', 'buildwire', '{}', '{build.*}',
           $4 || '-' || place / $5::int, true, '{}', '{"scheme":"none","standardWebhooks":false}', '{"schedule":[86400]}'
      from generate_series(0, $6::int - 1) place`;
  await withDatabase(stack, async (client) => {
    await client.query(sql, [randomBytes(4).toString('hex').toUpperCase(), stack.organizationId, `${bench.receiverUrl}${prefix}`, nameOf(prefix), FAN_OUT, endpoints]);
    await client.query('analyze matching.webhook');
  });
}

async function call(bench: Workbench, stack: Stack, prefix: string, endpoints: number, times: number): Promise<void> {
  const run = nameOf(prefix);
  const appIds = Array.from({ length: Math.ceil(endpoints / FAN_OUT) }, (_, place) => `${run}-${place}`);
  await bench.publish({ target: targetOf(stack), transport: 'nats', run, from: 0, count: appIds.length * times, appIds, perSecond: EVENTS_PER_SECOND });
  await eventually(async () => {
    const { requests, deliveries } = await bench.counts(prefix);
    if (deliveries < endpoints * times) throw new Error(`${requests} requests for ${deliveries} of ${endpoints * times} deliveries`);
  }, { timeoutMs: LIMIT_MS, everyMs: 1_000 });
}

/** Of the events and apps that belong to these paths. */
function nameOf(prefix: string): string {
  return prefix.split('/').filter(Boolean).join('-');
}

/** Since it was last asked. */
async function loopLagP99Ms(stack: Stack): Promise<number> {
  const metrics = await (await fetch(`${stack.urls.sender}/metrics`)).text();
  return Number(LAG_P99.exec(metrics)?.[1]) * 1_000;
}

function deliveryRss(stack: Stack): number {
  return usageOf(stack.pids).rssBytes['delivery'] ?? 0;
}
