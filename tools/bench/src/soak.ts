import { randomBytes } from 'node:crypto';
import type { Api } from './api.js';
import { logged } from './mixed.js';
import { percentilesOf } from './percentiles.js';
import type { Percentiles } from './percentiles.js';
import type { Stack } from './stack.js';
import { arrived, targetOf } from './throughput.js';
import { mapValues, usageOf } from './usage.js';
import type { Workbench } from './workbench.js';

/** A steady load in stretches. */
export interface SoakLoad {
  perSecond: number;
  stretches: number;
  rounds: number;
  /** A multiple of ten events in each. */
  secondsPerRound: number;
}

/** One stretch of it. */
export interface Soak {
  /** From the beginning to the end of the stretch. */
  minutes: number;
  perSecond: number;
  /** From the beginning on. */
  events: number;
  deliveries: number;
  webhooks: number;
  /** Retries put off to the next day, more with each round. */
  waiting: number;
  /** By process: the median and the most of the stretch, looked at each second. */
  rssBytes: Record<string, number>;
  peakRssBytes: Record<string, number>;
  /** The median of `standalone`, of that of the second stretch; null for the first, in which code gets compiled and the heap grows. */
  ratio: number | null;
}

const APPS = 10;
const GOOD_APPS = APPS - 1;
const LOOK_EVERY_MS = 1_000;
const LIMIT_MS = 60_000;
const DAY_SECONDS = 86_400;
/** A chat target's own pace would be one request a second. */
const LIMITS = { perSecond: 1_000 };
/** Addresses of the receiver: each is an origin of its own, as endpoints are. */
const HOSTS = 250;

/**
 * What hours of use leave in the process. Each round has apps and webhooks of its own, which are deleted after it: nine apps with a raw and a
 * Slack webhook, one whose endpoint fails. Throws unless each delivery arrives once and is in the log.
 */
export async function* soak(bench: Workbench, stack: Stack, api: Api, load: SoakLoad): AsyncGenerator<Soak> {
  const begun = performance.now();
  let base = Number.NaN;
  for (let stretch = 1; stretch <= load.stretches; stretch++) {
    const samples: Record<string, number>[] = [];
    const looking = setInterval(() => samples.push(usageOf(stack.pids).rssBytes), LOOK_EVERY_MS);
    try {
      for (let round = 0; round < load.rounds; round++) await oneRound(bench, stack, api, load);
    } finally {
      clearInterval(looking);
    }
    samples.push(usageOf(stack.pids).rssBytes);
    const rssBytes = ofEach(samples, 'p50');
    const own = rssBytes['standalone'] ?? Number.NaN;
    if (stretch === 2) base = own;
    const ratio = stretch === 1 ? null : own / base;
    yield { minutes: (performance.now() - begun) / 60_000, ...amounts(load, stretch * load.rounds), rssBytes, peakRssBytes: ofEach(samples, 'max'), ratio };
  }
}

async function oneRound(bench: Workbench, stack: Stack, api: Api, load: SoakLoad): Promise<void> {
  const run = `soak-${randomBytes(4).toString('hex')}`;
  const appIds = Array.from({ length: APPS }, (_, app) => `${run}-${app}`);
  const ids: string[] = [];
  for (const [app, appId] of appIds.entries()) ids.push(...(await createWebhooks(bench, api, run, app, appId)));

  const { events, deliveries, waiting } = amounts(load, 1);
  await bench.publish({ target: targetOf(stack), transport: 'nats', run, from: 0, count: events, appIds, perSecond: load.perSecond });
  await arrived(bench, `/ok/${run}/`, deliveries, LIMIT_MS);
  await logged(api, appIds, { succeeded: deliveries, waiting });
  await bench.expectEachOnce(`/ok/${run}/`, deliveries);
  for (const id of ids) await api.deleteWebhook(id);
  for (const kind of ['ok', 'fail']) await bench.take(`/${kind}/${run}/`);
}

async function createWebhooks(bench: Workbench, api: Api, run: string, app: number, appId: string): Promise<string[]> {
  const url = (path: string) => `${bench.receiverUrl.replace('127.0.0.1', `127.0.2.${1 + Math.floor(Math.random() * HOSTS)}`)}${path}`;
  if (app === GOOD_APPS) return [await api.createWebhook({ url: url(`/fail/${run}/`), appId, retry: { schedule: [DAY_SECONDS] } })];
  const formats = (['raw', 'slack'] as const).map((format) => api.createWebhook({ url: url(`/ok/${run}/${app}-${format}`), appId, format, limits: LIMITS }));
  return Promise.all(formats);
}

function amounts({ perSecond, secondsPerRound }: SoakLoad, rounds: number): Pick<Soak, 'perSecond' | 'events' | 'deliveries' | 'webhooks' | 'waiting'> {
  const events = perSecond * secondsPerRound * rounds;
  const waiting = events / APPS;
  return { perSecond, events, deliveries: 2 * (events - waiting), webhooks: rounds * (2 * GOOD_APPS + 1), waiting };
}

/** By process, over all samples. */
function ofEach(samples: Record<string, number>[], which: keyof Percentiles): Record<string, number> {
  return mapValues(samples.at(-1) ?? {}, (_, name) => percentilesOf(samples.map((sample) => sample[name] ?? 0))[which]);
}
