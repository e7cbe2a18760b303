import type CircuitBreaker from 'opossum';

/** The policy of every circuit of a registry; durations in ms. */
export interface CircuitOptions {
  /** The wall clock of one attempt; a probe that has not settled 2 s after it has failed. */
  attemptTimeoutMs: number;
  /** The window in which failures are counted, and its number of buckets. */
  windowMs: number;
  windowBuckets: number;
  /** Counted calls in the window below which a circuit never opens; fewer if many replicas count. */
  minimumCalls: number;
  /** How many count, each for itself. */
  replicas: () => number;
  /** The percentage of failures in the window above which a circuit opens. */
  failurePercentage: number;
  /** How long the first opening lasts; doubles with each further one up to the maximum, ±20 %. */
  resetMs: number;
  maxResetMs: number;
  /** How many circuits are kept. */
  maxCircuits: number;
  /** How long a circuit is kept without a failure. */
  idleTtlMs: number;
  /** The clock (epoch ms) and the dice (0 up to 1). */
  now: () => number;
  random: () => number;
}

export const defaultCircuitOptions: CircuitOptions = {
  attemptTimeoutMs: 15_000,
  windowMs: 60_000,
  windowBuckets: 6,
  minimumCalls: 5,
  replicas: () => 1,
  failurePercentage: 70,
  resetMs: 30_000,
  maxResetMs: 600_000,
  maxCircuits: 5_000,
  idleTtlMs: 600_000,
  now: () => Date.now(),
  random: () => Math.random(),
};

/** Longer than the attempt, so that its own error wins; finite, or a probe that never settles would jam the circuit. */
const TIMEOUT_MARGIN_MS = 2_000;

export function probeTimeoutMs(options: CircuitOptions): number {
  return options.attemptTimeoutMs + TIMEOUT_MARGIN_MS;
}

/** Most probes are decided soon, so the others ask again after this; if it is not, after twice as long, and so on. */
const FIRST_LOOK_MS = 500;

/** When those who wait for a probe ask again, in epoch ms: for all between two looks the same. */
export function nextLookMs(options: CircuitOptions, probedAtMs: number): number {
  let lookMs = FIRST_LOOK_MS;
  while (probedAtMs + lookMs <= options.now()) lookMs *= 2;
  return probedAtMs + Math.min(lookMs, probeTimeoutMs(options));
}

/** How long opening number `openings` in a row (from 1) lasts, before jitter. */
export function resetMsOf(options: CircuitOptions, openings: number): number {
  return Math.min(options.resetMs * 2 ** (openings - 1), options.maxResetMs);
}

/** All replicas together fail so many calls before one opens, as long as they are not too many for that. */
const CALLS_OF_ALL = 10;
/** Fewer prove nothing, however many replicas there are. */
const LEAST_CALLS = 3;

/** The worst case: every replica has seen one failure less than it needs when the next call fails. */
function minimumCallsOf({ minimumCalls, replicas }: CircuitOptions): number {
  const share = Math.floor((CALLS_OF_ALL - 1) / replicas()) + 1;
  return Math.min(minimumCalls, Math.max(LEAST_CALLS, share));
}

/** No `capacity` (its rejections open the breaker), `errorFilter` (closes it) or `abortController` (aborts siblings). */
export function breakerOptions(options: CircuitOptions): CircuitBreaker.Options {
  return {
    // Without a name opossum makes up a random one, which costs more than the breaker.
    name: 'endpoint',
    timeout: probeTimeoutMs(options),
    rollingCountTimeout: options.windowMs,
    rollingCountBuckets: options.windowBuckets,
    volumeThreshold: minimumCallsOf(options),
    errorThresholdPercentage: options.failurePercentage,
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
  };
}
