/** Epoch milliseconds with fractions: the processes of a benchmark run on one machine and compare their clocks. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Microseconds of the machine's monotonic clock. */
export function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
