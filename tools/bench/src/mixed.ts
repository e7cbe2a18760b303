import { randomBytes } from 'node:crypto';
import { eventually } from '@buildwire/testing';
import type { Api } from './api.js';
import { nowMs } from './clock.js';
import type { Stack } from './stack.js';
import { arrived, targetOf } from './throughput.js';
import type { Workbench } from './workbench.js';

/** Apps with ten webhooks each, the events going to the apps in turn, as fast as they are taken. */
export interface MixedLoad {
  apps: number;
  events: number;
  warmUp: number;
}

export interface Mixed extends MixedLoad {
  endpoints: number;
  failing: number;
  /** Deliveries per second to the nine of ten that answer, first with all ten well, then with the tenth failing. */
  wellPerSecond: number;
  troubledPerSecond: number;
  throughputRatio: number;
  /** Deliveries to the endpoints that fail that the log shows as waiting: all of them. */
  waiting: number;
}

const PER_APP = 10;
const GOOD_PER_APP = PER_APP - 1;
const CONCURRENCY = 100;
const LIMIT_MS = 300_000;

/** What the others feel of a tenth of all endpoints that answers 503. Throws unless each of theirs arrives once, and each of the failing ones waits. */
export async function measureMixed(bench: Workbench, stack: Stack, api: Api, load: MixedLoad): Promise<Mixed> {
  const well = await measure(bench, stack, api, load, 'ok');
  const troubled = await measure(bench, stack, api, load, 'fail');
  return {
    ...load,
    endpoints: load.apps * PER_APP,
    failing: load.apps,
    wellPerSecond: well.perSecond,
    troubledPerSecond: troubled.perSecond,
    throughputRatio: troubled.perSecond / well.perSecond,
    waiting: troubled.waiting,
  };
}

/** The tenth endpoint of each app is of this kind. */
async function measure(bench: Workbench, stack: Stack, api: Api, load: MixedLoad, tenth: 'ok' | 'fail'): Promise<{ perSecond: number; waiting: number }> {
  const run = `mixed-${randomBytes(4).toString('hex')}`;
  const appIds = Array.from({ length: load.apps }, (_, app) => `${run}-${app}`);
  const good = `/ok/${run}/`;
  for (const [app, appId] of appIds.entries()) {
    for (let place = 0; place < GOOD_PER_APP; place++) await create(api, `${bench.receiverUrl}${good}${app}-${place}`, appId);
    // An origin of its own, as endpoints have.
    await create(api, `${bench.receiverUrl.replace('127.0.0.1', `127.0.2.${(app % 250) + 1}`)}/${tenth}/tenth-${run}/${app}`, appId);
  }
  const publish = (from: number, count: number) => bench.publish({ target: targetOf(stack), transport: 'nats', run, from, count, appIds });
  await Promise.all([publish(0, load.warmUp), arrived(bench, good, load.warmUp * GOOD_PER_APP, LIMIT_MS)]);

  const begun = nowMs();
  const all = load.warmUp + load.events;
  await Promise.all([publish(load.warmUp, load.events), arrived(bench, good, all * GOOD_PER_APP, LIMIT_MS)]);
  const perSecond = (load.events * GOOD_PER_APP) / ((nowMs() - begun) / 1_000);

  const waiting = tenth === 'fail' ? all : 0;
  await logged(api, appIds, { succeeded: all * PER_APP - waiting, waiting });
  await bench.expectEachOnce(good, all * GOOD_PER_APP);
  return { perSecond, waiting };
}

async function create(api: Api, url: string, appId: string): Promise<void> {
  await api.createWebhook({ url, appId, limits: { concurrency: CONCURRENCY }, retry: { schedule: [86_400] } });
}

/** Resolves when the log has so many deliveries of these apps. */
export async function logged(api: Api, appIds: readonly string[], expected: { succeeded: number; waiting: number }): Promise<void> {
  await eventually(async () => {
    const found = { succeeded: 0, waiting: 0 };
    for (const appId of appIds) {
      found.succeeded += await api.countDeliveries(appId, 'succeeded');
      found.waiting += await api.countDeliveries(appId, 'waiting');
    }
    if (found.succeeded !== expected.succeeded || found.waiting !== expected.waiting) throw new Error(`the log has ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }, { timeoutMs: LIMIT_MS, everyMs: 250 });
}
