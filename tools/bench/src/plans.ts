import type { Neighbourhood } from './isolation.js';
import type { Pace } from './latency.js';
import type { MatchingLoad } from './matching.js';
import type { MixedLoad } from './mixed.js';
import type { RetriesLoad } from './retries.js';
import type { SoakLoad } from './soak.js';
import type { StackOptions, SyncInterval, Topology } from './stack.js';
import type { Load } from './throughput.js';
import { transportNames } from './transports.js';
import type { TransportName } from './transports.js';

/** How much to measure: `smoke` shows only that the benchmark works, `quick` is for a first look. */
export const sizes = ['smoke', 'quick', 'full'] as const;
export type Size = (typeof sizes)[number];

interface ThroughputPlan {
  topology: Topology;
  syncInterval: SyncInterval;
  loads: Load[];
}
interface LatencyPlan {
  topology: Topology;
  loads: Pace[];
}

const raw = (transport: TransportName, fanOut: number, deliveries: number, warmUp: number): Load => ({ transport, fanOut, format: 'raw', deliveries, warmUp });
const slack = (load: Load): Load => ({ ...load, format: 'slack' });
const paced = (transport: TransportName, warmUpSeconds: number, seconds: number): Pace => ({ transport, perSecond: 200, warmUpSeconds, seconds });

/** Of each bare loop, right before and right after a load. */
export const baselineMs: Record<Size, number> = { smoke: 100, quick: 1_500, full: 5_000 };

/** Of five processes, where nothing else is said. A smoke has one stack for as many scenarios as can be, and starts are what takes its time. */
export const fiveOptions: Record<Size, StackOptions> = { smoke: { syncInterval: '1s', replicas: 2 }, quick: { syncInterval: '1s' }, full: { syncInterval: '1s' } };

/** Events before what is measured at a low rate. */
export const warmUpEvents: Record<Size, number> = { smoke: 20, quick: 5_000, full: 30_000 };

const kinds = (deliveries: number, warmUp: number): Load[] => [
  raw('nats', 1, deliveries, warmUp),
  raw('nats', 10, deliveries, warmUp),
  raw('nats', 100, deliveries, warmUp),
  raw('grpc', 1, deliveries, warmUp),
  raw('http', 1, deliveries, warmUp),
  slack(raw('nats', 10, deliveries, warmUp)),
];

export const throughputPlans: Record<Size, ThroughputPlan[]> = {
  smoke: [
    { topology: 'standalone', syncInterval: '1s', loads: kinds(200, 100) },
    { topology: 'standalone', syncInterval: 'always', loads: [raw('nats', 10, 100, 50)] },
  ],
  quick: [{ topology: 'standalone', syncInterval: '1s', loads: [raw('nats', 1, 5_000, 2_000), raw('nats', 10, 5_000, 2_000)] }],
  full: [
    { topology: 'standalone', syncInterval: '1s', loads: kinds(30_000, 10_000) },
    { topology: 'five', syncInterval: '1s', loads: kinds(30_000, 10_000) },
    { topology: 'standalone', syncInterval: 'always', loads: kinds(10_000, 3_000).slice(0, 2) },
  ],
};

export const latencyPlans: Record<Size, LatencyPlan[]> = {
  smoke: [{ topology: 'five', loads: transportNames.map((transport) => paced(transport, 0.2, 0.5)) }],
  quick: [{ topology: 'standalone', loads: [paced('nats', 10, 5)] }],
  full: (['standalone', 'five'] as const).map((topology) => ({ topology, loads: transportNames.map((transport) => paced(transport, 15, 30)) })),
};

const hangs = { name: '1 of 20 endpoints hangs', endpoints: 20, hanging: 1, perSecond: 400 };
const tenth = { name: '10 % of 1,000 endpoints hang', endpoints: 1_000, hanging: 100, perSecond: 400 };
const floods = { name: 'another organization floods 50 ×', endpoints: 10, hanging: 0, perSecond: 5, flood: 50 };

export const neighbourhoods: Record<Size, Neighbourhood[]> = {
  smoke: [
    { ...hangs, perSecond: 100, warmUpSeconds: 0.2, seconds: 1 },
    { ...floods, warmUpSeconds: 0.2, seconds: 1 },
  ],
  quick: [
    { ...hangs, warmUpSeconds: 5, seconds: 8 },
    { ...floods, warmUpSeconds: 5, seconds: 16 },
  ],
  full: [
    { ...hangs, warmUpSeconds: 15, seconds: 30 },
    { ...tenth, warmUpSeconds: 15, seconds: 30 },
    { ...tenth, perSecond: 200, warmUpSeconds: 30, seconds: 60 },
    { ...floods, warmUpSeconds: 15, seconds: 120 },
  ],
};

export const mixedLoads: Record<Size, MixedLoad> = {
  smoke: { apps: 2, events: 20, warmUp: 10 },
  quick: { apps: 10, events: 500, warmUp: 200 },
  full: { apps: 10, events: 3_000, warmUp: 1_000 },
};

export const failingEndpoints: Record<Size, number> = { smoke: 100, quick: 2_000, full: 100_000 };

export const retriesLoads: Record<Size, RetriesLoad> = {
  smoke: { due: 300, webhooks: 5, pace: paced('nats', 0.2, 0.5), drain: true },
  quick: { due: 20_000, webhooks: 200, pace: paced('nats', 10, 10), drain: true },
  full: { due: 1_000_000, webhooks: 200, pace: paced('nats', 15, 30), drain: false },
};

export const matchingLoads: Record<Size, MatchingLoad> = {
  smoke: { sizes: [100, 1_000], organizations: 100, events: 200, warmUp: 50 },
  quick: { sizes: [1_000, 100_000], organizations: 10_000, events: 5_000, warmUp: 3_000 },
  full: { sizes: [1_000, 100_000, 1_000_000], organizations: 10_000, events: 20_000, warmUp: 10_000 },
};

export const replicasPlans: Record<Size, { counts: number[]; load: Load }> = {
  smoke: { counts: [2], load: raw('nats', 10, 500, 200) },
  quick: { counts: [1, 2], load: raw('nats', 10, 5_000, 2_000) },
  full: { counts: [1, 2, 4], load: raw('nats', 10, 30_000, 10_000) },
};

/** Two fan-outs, to tell what an event costs from what a delivery does. */
export const costLoads: Record<Size, [few: Load, many: Load]> = {
  smoke: [raw('nats', 1, 100, 50), raw('nats', 10, 200, 100)],
  quick: [raw('nats', 1, 5_000, 2_000), raw('nats', 10, 5_000, 2_000)],
  full: [raw('nats', 1, 30_000, 10_000), raw('nats', 10, 30_000, 10_000)],
};

/** A sixth of an hour each, and two hours in all. */
export const soakLoads: Record<Size, SoakLoad> = {
  smoke: { perSecond: 50, stretches: 2, rounds: 1, secondsPerRound: 1 },
  quick: { perSecond: 100, stretches: 4, rounds: 3, secondsPerRound: 10 },
  full: { perSecond: 100, stretches: 12, rounds: 20, secondsPerRound: 30 },
};

/** Starts on an empty folder, each followed by one on what it left. */
export const startTries: Record<Size, number> = { smoke: 1, quick: 2, full: 5 };
