import { randomBytes } from 'node:crypto';
import { eventually } from '@buildwire/testing';
import type { Api } from './api.js';
import { nowMs } from './clock.js';
import type { Stack } from './stack.js';
import type { TransportName } from './transports.js';
import { cpuBetween, usageOf } from './usage.js';
import type { Usage } from './usage.js';
import type { Workbench } from './workbench.js';

export interface Load {
  transport: TransportName;
  fanOut: number;
  format: 'raw' | 'slack';
  /** How many deliveries to measure, and before that to warm up with. */
  deliveries: number;
  warmUp: number;
}

export interface Throughput extends Load {
  topology: Stack['topology'];
  perSecond: number;
  /** Of the bare loop's rate, measured right before and right after. */
  ratio: number;
  barePerSecond: number;
  /** By process. */
  cpuMicrosPerDelivery: Record<string, number>;
  peakRssBytes: Record<string, number>;
  writtenBytesPerDelivery: number;
  /** From the last request at the receiver to the log that has all. */
  logLagMs: number;
}

/** Per webhook and at a time: more than the default, since one receiver stands for many. */
const CONCURRENCY = 100;
const SAMPLE_EVERY_MS = 250;
const LIMIT_MS = 300_000;

/** As much as goes through: every event is published as fast as it is acknowledged. Throws unless each delivery arrives once and is logged. */
export async function measureThroughput(bench: Workbench, stack: Stack, api: Api, load: Load): Promise<Throughput> {
  const run = `run-${randomBytes(4).toString('hex')}`;
  for (let place = 0; place < load.fanOut; place++) {
    await api.createWebhook({ url: `${bench.receiverUrl}/ok/${run}/${place}`, appId: run, format: load.format, limits: { concurrency: CONCURRENCY } });
  }
  await flood(bench, stack, api, { ...load, deliveries: load.warmUp }, run, 0);
  const sample = await bench.sample(`/ok/${run}/0`);
  if (sample === undefined) throw new Error('nothing arrived');

  const bare = await bench.baseline(sample);
  const measured = await flood(bench, stack, api, load, run, Math.ceil(load.warmUp / load.fanOut));
  const bareAfter = await bench.baseline(sample);
  await bench.take(`/ok/${run}/`);
  const barePerSecond = (bare.perSecond + bareAfter.perSecond) / 2;
  return { ...load, topology: stack.topology, ...measured, barePerSecond, ratio: measured.perSecond / barePerSecond };
}

type Measured = Pick<Throughput, 'perSecond' | 'cpuMicrosPerDelivery' | 'peakRssBytes' | 'writtenBytesPerDelivery' | 'logLagMs'>;

async function flood(bench: Workbench, stack: Stack, api: Api, load: Load, run: string, from: number): Promise<Measured> {
  const events = Math.ceil(load.deliveries / load.fanOut);
  const deliveries = events * load.fanOut;
  const prefix = `/ok/${run}/`;
  const { requests: earlier } = await bench.counts(prefix);
  const peak = watchMemory(stack);
  const before = usageOf(stack.pids);
  const begun = nowMs();
  const publishing = bench.publish({ target: targetOf(stack), transport: load.transport, run, from, count: events, appIds: [run] });
  await Promise.all([publishing, arrived(bench, prefix, earlier + deliveries)]);
  const seconds = (nowMs() - begun) / 1_000;
  const after = usageOf(stack.pids);
  const lagFrom = nowMs();
  await api.logged(`${run}-${from + events - 1}`, load.fanOut, LIMIT_MS);
  await eventually(async () => {
    const logged = await api.countDeliveries(run, 'succeeded');
    if (logged !== earlier + deliveries) throw new Error(`the log has ${logged} of ${earlier + deliveries} deliveries`);
  }, { timeoutMs: LIMIT_MS });
  const { requests, deliveries: different } = await bench.counts(prefix);
  if (requests !== earlier + deliveries || different !== requests) throw new Error(`${requests} requests for ${different} deliveries, not ${earlier + deliveries}`);
  return {
    perSecond: deliveries / seconds,
    cpuMicrosPerDelivery: mapValues(cpuBetween(before, after), (micros) => micros / deliveries),
    peakRssBytes: peak(),
    writtenBytesPerDelivery: (after.writtenBytes - before.writtenBytes) / deliveries,
    logLagMs: nowMs() - lagFrom,
  };
}

async function arrived(bench: Workbench, prefix: string, requests: number): Promise<void> {
  await eventually(async () => {
    const seen = await bench.requests(prefix);
    if (seen < requests) throw new Error(`${seen} of ${requests} deliveries arrived`);
  }, { timeoutMs: LIMIT_MS, everyMs: 5 });
}

function watchMemory(stack: Stack): () => Usage['rssBytes'] {
  const peak: Record<string, number> = {};
  const look = () => {
    for (const [name, bytes] of Object.entries(usageOf(stack.pids).rssBytes)) peak[name] = Math.max(peak[name] ?? 0, bytes);
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return () => {
    clearInterval(timer);
    look();
    return peak;
  };
}

/** Only what a publisher needs: the rest of a stack cannot be sent to another process. */
export function targetOf({ http, grpc, nats, apiKey, organizationId }: Stack) {
  return { http, grpc, nats, apiKey, organizationId };
}

export function mapValues(record: Record<string, number>, of: (value: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}
