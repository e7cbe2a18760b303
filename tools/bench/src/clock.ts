/** Epoch milliseconds with fractions: the processes of a benchmark run on one machine and compare their clocks. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
