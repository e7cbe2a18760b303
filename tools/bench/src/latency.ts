import { randomBytes } from 'node:crypto';
import { eventually } from '@buildwire/testing';
import type { Api } from './api.js';
import { percentilesOf } from './percentiles.js';
import type { Percentiles } from './percentiles.js';
import type { Stack } from './stack.js';
import { targetOf } from './throughput.js';
import type { TransportName } from './transports.js';
import type { Workbench } from './workbench.js';

export interface Latency {
  topology: Stack['topology'];
  transport: TransportName;
  perSecond: number;
  events: number;
  /** From the acknowledgement to the request's headers at the receiver; below 0 if the request was quicker. */
  acceptedToReceiverMs: Percentiles;
  /** From the turn of the event in the producer's timetable: what a slow acknowledgement hides shows here. */
  dueToReceiverMs: Percentiles;
  ackMs: Percentiles;
}

const LIMIT_MS = 60_000;

/** Open loop: events come at their own times, whatever became of those before. */
export async function measureLatency(bench: Workbench, stack: Stack, api: Api, load: { transport: TransportName; perSecond: number; seconds: number }): Promise<Latency> {
  const { transport, perSecond, seconds } = load;
  const run = `run-${randomBytes(4).toString('hex')}`;
  const path = `/ok/${run}`;
  await api.createWebhook({ url: `${bench.receiverUrl}${path}`, appId: run });
  const warmUp = perSecond * 2;
  const events = perSecond * seconds;
  const target = targetOf(stack);
  await bench.publish({ target, transport, run, from: 0, count: warmUp, appIds: [run], perSecond });
  const { dueMs, ackedMs } = await bench.publish({ target, transport, run, from: warmUp, count: events, appIds: [run], perSecond });
  await eventually(async () => {
    const seen = await bench.requests(path);
    if (seen < warmUp + events) throw new Error(`${seen} of ${warmUp + events} deliveries arrived`);
  }, { timeoutMs: LIMIT_MS });
  await eventually(async () => {
    const logged = await api.countDeliveries(run, 'succeeded');
    if (logged !== warmUp + events) throw new Error(`the log has ${logged} deliveries`);
  }, { timeoutMs: LIMIT_MS });

  const arrivedMs = arrivals(await bench.take(path), warmUp);
  const since = (from: number[]) => percentilesOf(from.map((atMs, place) => (arrivedMs.get(place) ?? Number.POSITIVE_INFINITY) - atMs));
  const ackMs = percentilesOf(ackedMs.map((atMs, place) => atMs - (dueMs[place] ?? Number.NaN)));
  return { topology: stack.topology, transport, perSecond, events, acceptedToReceiverMs: since(ackedMs), dueToReceiverMs: since(dueMs), ackMs };
}

/** By the place of the event after the warm-up. */
function arrivals(taken: Record<string, { indexes: number[]; atMs: number[] }>, warmUp: number): Map<number, number> {
  return new Map(Object.values(taken).flatMap(({ indexes, atMs }) => indexes.map((index, at) => [index - warmUp, atMs[at] ?? Number.NaN] as const)));
}
