import { randomBytes } from 'node:crypto';
import { eventually } from '@buildwire/testing';
import type { Api } from './api.js';
import { percentilesOf } from './percentiles.js';
import type { Percentiles } from './percentiles.js';
import type { Stack } from './stack.js';
import { arrived, targetOf } from './throughput.js';
import type { TransportName } from './transports.js';
import { between, mapValues, usageOf } from './usage.js';
import type { Workbench } from './workbench.js';

export interface Pace {
  transport: TransportName;
  perSecond: number;
  /** Before what is measured, at the same rate and without a break: code gets compiled, connections get opened. */
  warmUpSeconds: number;
  seconds: number;
}

export interface Latency extends Pace {
  topology: Stack['topology'];
  events: number;
  /** From the acknowledgement to the request's headers at the receiver; below 0 if the request was quicker. */
  acceptedToReceiverMs: Percentiles;
  /** From the turn of the event in the producer's timetable: what a slow acknowledgement hides shows here. */
  dueToReceiverMs: Percentiles;
  ackMs: Percentiles;
  /** By process, at this rate. */
  cpuMicrosPerEvent: Record<string, number>;
}

const LIMIT_MS = 60_000;

/** Open loop: events come at their own times, whatever became of those before. Throws unless each arrives and is logged. */
export async function measureLatency(bench: Workbench, stack: Stack, api: Api, pace: Pace): Promise<Latency> {
  const { transport, perSecond, warmUpSeconds, seconds } = pace;
  const run = `run-${randomBytes(4).toString('hex')}`;
  const path = `/ok/${run}`;
  await api.createWebhook({ url: `${bench.receiverUrl}${path}`, appId: run });
  const warmUp = Math.round(perSecond * warmUpSeconds);
  const events = Math.round(perSecond * seconds);
  const before = usageOf(stack.pids);
  const { dueMs, ackedMs } = await bench.publish({ target: targetOf(stack), transport, run, from: 0, count: warmUp + events, appIds: [run], perSecond });
  await arrived(bench, path, warmUp + events, LIMIT_MS);
  const used = between(before.cpuMicros, usageOf(stack.pids).cpuMicros);
  await eventually(async () => {
    const logged = await api.countDeliveries(run, 'succeeded');
    if (logged !== warmUp + events) throw new Error(`the log has ${logged} of ${warmUp + events} deliveries`);
  }, { timeoutMs: LIMIT_MS });

  const arrivedMs = arrivals(await bench.take(path));
  const times = (fromMs: number[], toMs: (place: number) => number) => percentilesOf(Array.from({ length: events }, (_, at) => toMs(warmUp + at) - (fromMs[warmUp + at] ?? Number.NaN)));
  const atReceiver = (place: number) => arrivedMs.get(place) ?? Number.POSITIVE_INFINITY;
  return {
    ...pace,
    topology: stack.topology,
    events,
    acceptedToReceiverMs: times(ackedMs, atReceiver),
    dueToReceiverMs: times(dueMs, atReceiver),
    ackMs: times(dueMs, (place) => ackedMs[place] ?? Number.NaN),
    cpuMicrosPerEvent: mapValues(used, (micros) => micros / (warmUp + events)),
  };
}

/** By the place of the event. */
function arrivals(taken: Record<string, { indexes: number[]; atMs: number[] }>): Map<number, number> {
  return new Map(Object.values(taken).flatMap(({ indexes, atMs }) => indexes.map((index, at) => [index, atMs[at] ?? Number.NaN] as const)));
}
