import { randomBytes } from 'node:crypto';
import { Api } from './api.js';
import { percentilesOf } from './percentiles.js';
import type { Percentiles } from './percentiles.js';
import { asOrganization } from './stack.js';
import type { Stack } from './stack.js';
import { arrived, targetOf } from './throughput.js';
import { ProcessLink } from './process-link.js';
import type { Workbench } from './workbench.js';

/** One app, and so one webhook, for each endpoint; events go to the apps in turn. */
export interface Neighbourhood {
  name: string;
  endpoints: number;
  hanging: number;
  perSecond: number;
  /** Before what is measured, under the same load: code gets compiled, and circuits get their failures. */
  warmUpSeconds: number;
  seconds: number;
  /** Events per second of another organization while the endpoints are troubled, each to five endpoints that are slow. */
  flood?: number;
}

export interface Isolation extends Neighbourhood {
  /** To the receivers that answer: first with all of them well, then with the others hanging. */
  idle: Healthy;
  troubled: Healthy;
  throughputRatio: number;
  p99Ratio: number;
}

interface Healthy {
  deliveries: number;
  perSecond: number;
  latencyMs: Percentiles;
}

const LIMIT_MS = 120_000;

/** What the neighbours of hanging endpoints feel, against the same load with nobody hanging. Throws unless each of theirs arrives. */
export async function measureIsolation(bench: Workbench, stack: Stack, api: Api, neighbourhood: Neighbourhood): Promise<Isolation> {
  const idle = await measure(bench, stack, api, { ...neighbourhood, hanging: 0 }, neighbourhood.hanging);
  const measuring = measure(bench, stack, api, neighbourhood, neighbourhood.hanging);
  const troubled = neighbourhood.flood === undefined ? await measuring : await besides(measuring, flood(bench, stack, neighbourhood, neighbourhood.flood));
  const p99Ratio = troubled.latencyMs.p99 / idle.latencyMs.p99;
  return { ...neighbourhood, idle, troubled, throughputRatio: troubled.perSecond / idle.perSecond, p99Ratio };
}

/** The first `left` endpoints are not looked at, hanging or not, so that both runs look at the same ones. */
async function measure(bench: Workbench, stack: Stack, api: Api, of: Neighbourhood, left: number): Promise<Healthy> {
  const run = `run-${randomBytes(4).toString('hex')}`;
  const appIds = Array.from({ length: of.endpoints }, (_, place) => `${run}-${place}`);
  for (const [place, appId] of appIds.entries()) {
    const kind = place < of.hanging ? 'hang' : place < left ? 'left' : 'ok';
    await api.createWebhook({ url: `${originOf(bench, kind === 'hang' ? place : undefined)}/${kind}/${run}/${place}`, appId });
  }
  const warmUp = of.perSecond * of.warmUpSeconds;
  const count = of.perSecond * of.seconds;
  const expected = Array.from({ length: warmUp + count }, (_, place) => place % of.endpoints).filter((endpoint) => endpoint >= left).length;
  const { dueMs } = await bench.publish({ target: targetOf(stack), transport: 'nats', run, from: 0, count: warmUp + count, appIds, perSecond: of.perSecond });
  await arrived(bench, `/ok/${run}/`, expected, LIMIT_MS);

  const taken = Object.values(await bench.take(`/ok/${run}/`)).flatMap(({ indexes, atMs }) => indexes.map((index, at) => ({ index, atMs: atMs[at] ?? Number.NaN })));
  const arrivals = taken.filter(({ index }) => index >= warmUp);
  const latencies = arrivals.map(({ index, atMs }) => atMs - (dueMs[index] ?? Number.NaN));
  const times = arrivals.map(({ atMs }) => atMs);
  const seconds = (times.reduce((latest, atMs) => Math.max(latest, atMs), 0) - (dueMs[warmUp] ?? 0)) / 1_000;
  return { deliveries: arrivals.length, perSecond: arrivals.length / seconds, latencyMs: percentilesOf(latencies) };
}

/** An origin of its own for an endpoint that hangs, as endpoints have. */
function originOf({ receiverUrl }: Workbench, place: number | undefined): string {
  return place === undefined ? receiverUrl : receiverUrl.replace('127.0.0.1', `127.0.2.${(place % 250) + 1}`);
}

const FLOODED_ENDPOINTS = 5;

/** One organization has far more to say than its endpoints take; what becomes of it is not measured. */
async function flood(bench: Workbench, stack: Stack, { seconds, warmUpSeconds }: Neighbourhood, perSecond: number): Promise<void> {
  const flooder = await asOrganization(stack, 'org_flood');
  const api = new Api(flooder);
  const publisher = new ProcessLink('publisher-process');
  const run = `flood-${randomBytes(4).toString('hex')}`;
  try {
    for (let place = 0; place < FLOODED_ENDPOINTS; place++) await api.createWebhook({ url: `${bench.receiverUrl}/slow-200/${run}/${place}`, appId: run });
    const count = perSecond * (seconds + warmUpSeconds);
    await publisher.ask('publish', { target: targetOf(flooder), transport: 'nats', run, from: 0, count, appIds: [run], perSecond });
  } finally {
    await Promise.all([api.close(), publisher.stop()]);
  }
}

async function besides<Result>(work: Promise<Result>, trouble: Promise<void>): Promise<Result> {
  const [result] = await Promise.all([work, trouble]);
  return result;
}
