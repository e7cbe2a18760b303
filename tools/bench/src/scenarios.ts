import { measureFailing } from './failing.js';
import { measureIsolation } from './isolation.js';
import { measureLatency } from './latency.js';
import { measureMatching } from './matching.js';
import { measureMixed } from './mixed.js';
import { measureModel } from './model.js';
import * as plans from './plans.js';
import type { Size } from './plans.js';
import { measureProfile } from './profile.js';
import { measureReplicas } from './replicas.js';
import type { Figures } from './report.js';
import { measureRetries } from './retries.js';
import { measureStart } from './start.js';
import { soak as soaking } from './soak.js';
import type { StackOptions } from './stack.js';
import type { Stacks } from './stacks.js';
import { measureThroughput, ratioTargetOf } from './throughput.js';
import { warmUp } from './warm-up.js';
import type { Workbench } from './workbench.js';

/** What a scenario works with. */
export interface Bench {
  workbench: Workbench;
  stacks: Stacks;
  size: Size;
}

type Found<Name extends keyof Figures> = AsyncGenerator<Figures[Name][number]>;

/** Each gives its figures one by one, in the order in which all of them run. */
export const scenarios: { [Name in keyof Figures]: (bench: Bench) => Found<Name> } = {
  throughput,
  latency,
  isolation,
  mixed,
  retries,
  matching,
  failing,
  model,
  replicas,
  profile,
  start,
  soak,
};

/** Takes hours: it runs when it is asked for by name. */
export const longScenarios: readonly (keyof Figures)[] = ['soak'];

/** For a first look. */
export const quickScenarios: readonly (keyof Figures)[] = ['throughput', 'latency'];

async function* throughput({ workbench, stacks, size }: Bench): Found<'throughput'> {
  for (const { topology, syncInterval, loads } of plans.throughputPlans[size]) {
    for (const load of loads) {
      const found = await stacks.use(topology, { syncInterval }, (stack, api) => measureThroughput(workbench, stack, api, load));
      yield { ...found, syncInterval, target: ratioTargetOf(load, syncInterval) };
    }
  }
}

async function* latency({ workbench, stacks, size }: Bench): Found<'latency'> {
  for (const { topology, loads } of plans.latencyPlans[size]) {
    const options: StackOptions = topology === 'five' ? plans.fiveOptions[size] : { syncInterval: '1s' };
    for (const load of loads) {
      yield await stacks.use(topology, options, async (stack, api) => {
        await warmUp(workbench, stack, api, load.transport, plans.warmUpEvents[size]);
        return measureLatency(workbench, stack, api, load);
      });
    }
  }
}

async function* isolation({ workbench, stacks, size }: Bench): Found<'isolation'> {
  for (const neighbourhood of plans.neighbourhoods[size]) {
    // Who was in trouble before still has attempts under way.
    if (size !== 'smoke') await stacks.stop();
    yield await onWarmFive({ workbench, stacks, size }, (stack, api) => measureIsolation(workbench, stack, api, neighbourhood));
  }
}

async function* mixed({ workbench, stacks, size }: Bench): Found<'mixed'> {
  yield await onFive(stacks, size, (stack, api) => measureMixed(workbench, stack, api, plans.mixedLoads[size]));
}

async function* retries({ workbench, stacks, size }: Bench): Found<'retries'> {
  yield await onWarmFive({ workbench, stacks, size }, (stack, api) => measureRetries(workbench, stack, api, plans.retriesLoads[size]));
}

async function* matching({ workbench, stacks, size }: Bench): Found<'matching'> {
  yield* await onFive(stacks, size, (stack) => measureMatching(workbench, stack, plans.matchingLoads[size]));
}

async function* failing({ workbench, stacks, size }: Bench): Found<'failing'> {
  yield await onFive(stacks, size, (stack) => measureFailing(workbench, stack, plans.failingEndpoints[size]));
}

async function* model({ workbench, stacks, size }: Bench): Found<'model'> {
  yield await onFive(stacks, size, (stack, api) => measureModel(workbench, stack, api, plans.costLoads[size]));
}

async function* replicas({ workbench, stacks, size }: Bench): Found<'replicas'> {
  const { counts, load } = plans.replicasPlans[size];
  for (const count of counts) yield await stacks.use('five', { syncInterval: '1s', replicas: count }, (stack, api) => measureReplicas(workbench, stack, api, count, load));
}

async function* profile({ workbench, stacks, size }: Bench): Found<'profile'> {
  yield* await measureProfile(workbench, stacks, plans.costLoads[size]);
}

async function* start({ workbench, size }: Bench): Found<'start'> {
  yield* await measureStart(workbench, plans.startTries[size]);
}

async function* soak({ workbench, stacks, size }: Bench): Found<'soak'> {
  yield* await stacks.use('standalone', { syncInterval: '1s' }, (stack, api) => Promise.resolve(soaking(workbench, stack, api, plans.soakLoads[size])));
}

function onFive<Result>(stacks: Stacks, size: Size, work: Parameters<typeof stacks.use<Result>>[2]): Promise<Result> {
  return stacks.use('five', plans.fiveOptions[size], work);
}

function onWarmFive<Result>({ workbench, stacks, size }: Bench, work: Parameters<typeof stacks.use<Result>>[2]): Promise<Result> {
  return onFive(stacks, size, async (stack, api) => {
    await warmUp(workbench, stack, api, 'nats', plans.warmUpEvents[size]);
    return work(stack, api);
  });
}
