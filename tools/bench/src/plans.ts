import type { Neighbourhood } from './isolation.js';
import type { SyncInterval, Topology } from './stack.js';
import type { Load } from './throughput.js';
import type { TransportName } from './transports.js';

interface ThroughputPlan {
  topology: Topology;
  syncInterval: SyncInterval;
  loads: Load[];
}

const raw = (transport: TransportName, fanOut: number, deliveries: number, warmUp: number): Load => ({ transport, fanOut, format: 'raw', deliveries, warmUp });

/** How long to measure: `smoke` shows only that the benchmark works, `quick` is for a first look. */
export type Size = 'smoke' | 'quick' | 'full';

/** What is measured, and in which configurations. */
export function throughputPlans(size: Size): ThroughputPlan[] {
  if (size === 'smoke') return [{ topology: 'standalone', syncInterval: '1s', loads: [raw('nats', 1, 200, 50), raw('nats', 10, 500, 100)] }];
  if (size === 'quick') return [{ topology: 'standalone', syncInterval: '1s', loads: [raw('nats', 1, 5_000, 1_000), raw('nats', 10, 5_000, 1_000)] }];
  const loads = [
    raw('nats', 1, 20_000, 3_000),
    raw('nats', 10, 30_000, 3_000),
    raw('nats', 100, 30_000, 3_000),
    raw('grpc', 1, 20_000, 3_000),
    raw('http', 1, 20_000, 3_000),
    { ...raw('nats', 10, 20_000, 2_000), format: 'slack' as const },
  ];
  return [
    { topology: 'standalone', syncInterval: '1s', loads },
    { topology: 'five', syncInterval: '1s', loads },
    { topology: 'standalone', syncInterval: 'always', loads: loads.slice(0, 2) },
  ];
}

export function latencyPlans(size: Size): { topology: Topology; loads: { transport: TransportName; perSecond: number; seconds: number }[] }[] {
  const seconds = size === 'full' ? 30 : 5;
  const load = { perSecond: 200, seconds };
  if (size !== 'full') return [{ topology: 'standalone', loads: [{ transport: 'nats', ...load }] }];
  const loads = (['nats', 'grpc', 'http'] as const).map((transport) => ({ transport, ...load }));
  return [{ topology: 'standalone', loads }, { topology: 'five', loads }];
}

export function neighbourhoods(size: Size): Neighbourhood[] {
  const seconds = size === 'full' ? 30 : 8;
  return [
    { name: '1 of 20 endpoints hangs', endpoints: 20, hanging: 1, perSecond: 400, seconds },
    ...(size !== 'full' ? [] : [{ name: '10 % of 1,000 endpoints hang', endpoints: 1_000, hanging: 100, perSecond: 400, seconds }]),
    { name: 'another organization floods 50 ×', endpoints: 10, hanging: 0, perSecond: 5, seconds: seconds * 2, flood: 50 },
  ];
}

export function failingEndpoints(size: Size): number {
  return size === 'full' ? 100_000 : 2_000;
}
