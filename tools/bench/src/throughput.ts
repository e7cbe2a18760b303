import { randomBytes } from 'node:crypto';
import { eventually } from '@buildwire/testing';
import type { Api } from './api.js';
import { monotonicMicros, nowMs } from './clock.js';
import type { Stack, SyncInterval } from './stack.js';
import type { TransportName } from './transports.js';
import { between, mapValues, sumOf, usageOf } from './usage.js';
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
  /** The same, by process. */
  writtenBytesByProcess: Record<string, number>;
  /** When it was measured, in µs of the monotonic clock, as CPU profiles count. */
  windowMicros: { from: number; to: number };
  /** From the last request at the receiver to the log that has all. */
  logLagMs: number;
}

/** More than the default, since one receiver stands for many; a chat target's own pace would be one request a second. */
const LIMITS = { raw: { concurrency: 100 }, slack: { concurrency: 100, perSecond: 1_000 } };
const SAMPLE_EVERY_MS = 250;
const LIMIT_MS = 300_000;

/** As much as goes through: every event is published as fast as it is acknowledged. Throws unless each delivery arrives once and is logged. */
export async function measureThroughput(bench: Workbench, stack: Stack, api: Api, load: Load): Promise<Throughput> {
  const run = `run-${randomBytes(4).toString('hex')}`;
  for (let place = 0; place < load.fanOut; place++) {
    await api.createWebhook({ url: `${bench.receiverUrl}/ok/${run}/${place}`, appId: run, format: load.format, limits: LIMITS[load.format] });
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

/** What the ratio to a bare loop must reach; null where none is set. */
export function ratioTargetOf({ transport, format, fanOut }: Load, syncInterval: SyncInterval): number | null {
  if (format !== 'raw' || transport === 'http' || syncInterval !== '1s') return null;
  return fanOut === 1 ? 0.3 : 0.4;
}

type Measured = Pick<Throughput, 'perSecond' | 'cpuMicrosPerDelivery' | 'peakRssBytes' | 'writtenBytesPerDelivery' | 'writtenBytesByProcess' | 'windowMicros' | 'logLagMs'>;

async function flood(bench: Workbench, stack: Stack, api: Api, load: Load, run: string, from: number): Promise<Measured> {
  const events = Math.ceil(load.deliveries / load.fanOut);
  const deliveries = events * load.fanOut;
  const prefix = `/ok/${run}/`;
  const { requests: earlier } = await bench.counts(prefix);
  const peak = watchMemory(stack);
  const before = usageOf(stack.pids);
  const fromMicros = monotonicMicros();
  const begun = nowMs();
  const publishing = bench.publish({ target: targetOf(stack), transport: load.transport, run, from, count: events, appIds: [run] });
  await Promise.all([publishing, arrived(bench, prefix, earlier + deliveries)]);
  const seconds = (nowMs() - begun) / 1_000;
  const lagFrom = nowMs();
  await api.logged(`${run}-${from + events - 1}`, load.fanOut, LIMIT_MS);
  const logLagMs = nowMs() - lagFrom;
  // What the log still has to do belongs to the deliveries.
  const after = usageOf(stack.pids);
  const windowMicros = { from: fromMicros, to: monotonicMicros() };
  await eventually(async () => {
    const logged = await api.countDeliveries(run, 'succeeded');
    if (logged !== earlier + deliveries) throw new Error(`the log has ${logged} of ${earlier + deliveries} deliveries`);
  }, { timeoutMs: LIMIT_MS });
  await bench.expectEachOnce(prefix, earlier + deliveries);
  const perDelivery = (used: Record<string, number>) => mapValues(used, (amount) => amount / deliveries);
  const written = perDelivery(between(before.writtenBytes, after.writtenBytes));
  return {
    perSecond: deliveries / seconds,
    cpuMicrosPerDelivery: perDelivery(between(before.cpuMicros, after.cpuMicros)),
    peakRssBytes: peak(),
    writtenBytesPerDelivery: sumOf(written),
    writtenBytesByProcess: written,
    windowMicros,
    logLagMs,
  };
}

/** Resolves when so many requests have come in at these paths. */
export async function arrived(bench: Workbench, prefix: string, requests: number, timeoutMs = LIMIT_MS): Promise<void> {
  await eventually(async () => {
    const seen = await bench.requests(prefix);
    if (seen < requests) throw new Error(`${seen} of ${requests} deliveries arrived`);
  }, { timeoutMs, everyMs: 5 });
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
