import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Api } from './api.js';
import { RATES, capacityFor, costOf } from './capacity.js';
import type { Capacity, Cost, ModelInputs } from './capacity.js';
import { withDatabase } from './database.js';
import type { Stack } from './stack.js';
import { measureThroughput } from './throughput.js';
import type { Load } from './throughput.js';
import { between, byStage, mapValues } from './usage.js';
import type { Workbench } from './workbench.js';

export interface Model {
  inputs: ModelInputs;
  capacities: Capacity[];
}

/** Of one load: all by name, for each delivery. */
interface Costs {
  fanOut: number;
  cpuMicros: Record<string, number>;
  messages: Record<string, number>;
  natsBytes: number;
  walBytes: number;
  tableBytes: number;
}

/** What the capacity model starts from, measured at two fan-outs with five processes; and what it says of some rates. */
export async function measureModel(bench: Workbench, stack: Stack, api: Api, [few, many]: [few: Load, many: Load]): Promise<Model> {
  const inputs = inputsOf(await measureCosts(bench, stack, api, few), await measureCosts(bench, stack, api, many));
  return { inputs, capacities: RATES.map((rate) => capacityFor(rate, inputs)) };
}

async function measureCosts(bench: Workbench, stack: Stack, api: Api, load: Load): Promise<Costs> {
  const before = await readServers(stack);
  const { cpuMicrosPerDelivery, writtenBytesByProcess } = await measureThroughput(bench, stack, api, load);
  const after = await readServers(stack);
  // The servers were read around the warm-up too.
  const deliveries = load.warmUp + load.deliveries;
  return {
    fanOut: load.fanOut,
    cpuMicros: byStage(cpuMicrosPerDelivery),
    messages: mapValues(between(before.messages, after.messages), (count) => count / deliveries),
    natsBytes: writtenBytesByProcess['nats-server'] ?? 0,
    walBytes: (after.walBytes - before.walBytes) / deliveries,
    tableBytes: Math.max(0, after.tableBytes - before.tableBytes) / deliveries,
  };
}

async function readServers(stack: Stack): Promise<Pick<Costs, 'messages' | 'walBytes' | 'tableBytes'>> {
  const sql = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal, pg_database_size(current_database())::float8 AS size`;
  const { rows } = await withDatabase(stack, (client) => client.query<{ wal: number; size: number }>(sql));
  return { messages: await storedMessages(stack), walBytes: rows[0]?.wal ?? 0, tableBytes: rows[0]?.size ?? 0 };
}

/** By stream, since it was made. */
async function storedMessages({ nats }: Stack): Promise<Record<string, number>> {
  const connection = await connect({ servers: nats });
  try {
    const manager = await jetstreamManager(connection);
    const streams = await manager.streams.list().next();
    return Object.fromEntries(streams.map(({ config, state }) => [config.name, state.last_seq]));
  } finally {
    await connection.close();
  }
}

function inputsOf(few: Costs, many: Costs): ModelInputs {
  const cost = (of: (costs: Costs) => number): Cost => costOf({ fanOut: few.fanOut, perDelivery: of(few) }, { fanOut: many.fanOut, perDelivery: of(many) });
  const costs = (of: (costs: Costs) => Record<string, number>) => Object.fromEntries(Object.keys(of(many)).map((name) => [name, cost((each) => of(each)[name] ?? 0)]));
  return {
    cpuMicros: costs(({ cpuMicros }) => cpuMicros),
    messages: costs(({ messages }) => messages),
    natsBytes: cost(({ natsBytes }) => natsBytes),
    walBytes: cost(({ walBytes }) => walBytes),
    tableBytes: cost(({ tableBytes }) => tableBytes),
  };
}
