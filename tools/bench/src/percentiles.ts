export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Of durations in ms or of other amounts, to a tenth; nearest rank. */
export function percentilesOf(durations: readonly number[]): Percentiles {
  const sorted = [...durations].sort((one, other) => one - other);
  const at = (share: number) => Math.round((sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
