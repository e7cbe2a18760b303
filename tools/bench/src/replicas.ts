import type { Api } from './api.js';
import type { Stack } from './stack.js';
import { measureThroughput } from './throughput.js';
import type { Load } from './throughput.js';
import { byStage, stageOf } from './usage.js';
import type { Workbench } from './workbench.js';

export interface Replicas {
  /** Of each stage. */
  replicas: number;
  fanOut: number;
  deliveries: number;
  perSecond: number;
  ratio: number;
  /** By stage, all its replicas together. */
  cpuMicrosPerDelivery: Record<string, number>;
  /** By stage: how many of its replicas had part in it. */
  working: Record<string, number>;
}

/** Less than this share of an even one is idling. */
const PART = 0.2;

/** The same load on several replicas of each stage. Throws unless each delivery arrives once, and is once in the log. */
export async function measureReplicas(bench: Workbench, stack: Stack, api: Api, replicas: number, load: Load): Promise<Replicas> {
  const { fanOut, deliveries, perSecond, ratio, cpuMicrosPerDelivery } = await measureThroughput(bench, stack, api, load);
  const stages = byStage(cpuMicrosPerDelivery);
  const hadPart = Object.entries(cpuMicrosPerDelivery).map(([name, micros]): [string, number] => [name, micros * replicas > PART * (stages[stageOf(name)] ?? 0) ? 1 : 0]);
  return { replicas, fanOut, deliveries, perSecond, ratio, cpuMicrosPerDelivery: stages, working: byStage(Object.fromEntries(hadPart)) };
}
