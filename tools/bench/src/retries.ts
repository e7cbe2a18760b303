import { randomBytes } from 'node:crypto';
import { deliveryRendered, newId, renderedAlone } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import type { Client } from 'pg';
import type { Api } from './api.js';
import { withDatabase } from './database.js';
import { benchEvent } from './events.js';
import { measureLatency } from './latency.js';
import type { Latency, Pace } from './latency.js';
import type { Stack } from './stack.js';
import type { Workbench } from './workbench.js';

export interface RetriesLoad {
  /** Retries that are due when the measurement begins, of so many webhooks. */
  due: number;
  webhooks: number;
  pace: Pace;
  /** Whether to wait for the whole backlog; else what was released by the end is checked against the due store. */
  drain: boolean;
}

export interface Retries extends Omit<RetriesLoad, 'pace' | 'drain'> {
  /** New events alone, and beside the backlog. */
  idle: Latency;
  beside: Latency;
  p99Ratio: number;
  /** Of the backlog, by the end of the measurement. */
  released: number;
}

const ROWS_AT_A_TIME = 5_000;
const DRAIN_LIMIT_MS = 600_000;

/** What new events feel of retries that are due. Throws if one of either is lost, or sent twice. */
export async function measureRetries(bench: Workbench, stack: Stack, api: Api, { due, webhooks, pace, drain }: RetriesLoad): Promise<Retries> {
  const run = `retry-${randomBytes(4).toString('hex')}`;
  const prefix = `/ok/${run}/`;
  const webhookIds: string[] = [];
  for (let place = 0; place < webhooks; place++) {
    // An origin of its own, as endpoints have.
    const origin = bench.receiverUrl.replace('127.0.0.1', `127.0.2.${(place % 250) + 1}`);
    webhookIds.push(await api.createWebhook({ url: `${origin}${prefix}${place}`, appId: run }));
  }
  const idle = await measureLatency(bench, stack, api, pace);
  return withDatabase(stack, async (client) => {
    await seed(client, stack.organizationId, run, webhookIds, due);
    const beside = await measureLatency(bench, stack, api, pace);
    const { requests: released } = await bench.counts(prefix);
    await eventually(() => check(bench, client, webhookIds, prefix, { due, drain }), { timeoutMs: DRAIN_LIMIT_MS, everyMs: 500 });
    await bench.take(prefix);
    return { due, webhooks, idle, beside, p99Ratio: beside.acceptedToReceiverMs.p99 / idle.acceptedToReceiverMs.p99, released };
  });
}

/** Rows as `delivery` writes them when a first attempt has failed; its triggers bring the heads forward. */
async function seed(client: Client, organizationId: string, run: string, webhookIds: readonly string[], due: number): Promise<void> {
  for (let from = 0; from < due; from += ROWS_AT_A_TIME) {
    const rows = Array.from({ length: Math.min(ROWS_AT_A_TIME, due - from) }, (_, at) => {
      const record = retryOf(organizationId, run, from + at, webhookIds[(from + at) % webhookIds.length] ?? '');
      return { delivery_id: record.deliveryId, webhook_id: record.webhookId, record };
    });
    // One is as good as all: they differ in ids only.
    if (rows[0] !== undefined) deliveryRendered.schema.parse(renderedAlone(rows[0].record));
    await client.query(
      `INSERT INTO delivery.due (delivery_id, organization_id, webhook_id, attempt, postponements, state, due_at, record)
       SELECT delivery_id, $2, webhook_id, 2, 0, 'waiting', now() - random() * interval '1 minute', record
         FROM json_to_recordset($1) AS row(delivery_id text, webhook_id text, record json) ORDER BY delivery_id`,
      [JSON.stringify(rows), organizationId],
    );
  }
  // A backlog grows over hours; what Postgres does after a million rows in two minutes is not its cost.
  await client.query('VACUUM ANALYZE delivery.due');
  await client.query('CHECKPOINT');
}

function retryOf(organizationId: string, run: string, index: number, webhookId: string): RenderedDelivery {
  const event = benchEvent(run, index, run);
  return {
    deliveryId: newId('dlv'),
    organizationId,
    eventId: `${run}-${index}`,
    eventType: 'build.finished',
    appId: run,
    webhookId,
    format: 'raw',
    dialect: 'buildwire',
    contentType: 'application/json',
    headers: [],
    body: JSON.stringify(event),
    trigger: 'retry',
    attempt: 2,
    postponements: 0,
  };
}

/** Nothing is sent twice; what has not arrived still waits, or is on its way. */
async function check(bench: Workbench, client: Client, webhookIds: readonly string[], prefix: string, { due, drain }: { due: number; drain: boolean }): Promise<void> {
  const { rows } = await client.query<{ open: number }>(`SELECT count(*)::int AS open FROM delivery.due WHERE webhook_id = ANY($1) AND state <> 'final'`, [webhookIds]);
  const open = rows[0]?.open ?? 0;
  const { requests, deliveries } = await bench.counts(prefix);
  if (requests !== deliveries) throw new Error(`${requests} requests for ${deliveries} retries`);
  if (deliveries + open < due) throw new Error(`${due} retries were due, ${deliveries} arrived and ${open} are open`);
  if (drain && (open > 0 || deliveries < due)) throw new Error(`${open} of ${due} retries are open`);
}
