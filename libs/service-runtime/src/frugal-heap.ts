import { setFlagsFromString } from 'node:v8';

/** How much the old generation may grow between two collections, in percent of what was alive. */
const GROWING_PERCENT = 40;

/**
 * On a machine with much memory V8 lets the heap grow to four times of what is alive before it looks, which for a service under load is
 * hundreds of megabytes of garbage. Collecting earlier costs a few percent of CPU. V8 reads these flags at each collection, so they may be set late.
 */
export function keepHeapFrugal(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  // Under load what is under way survives, and V8 would take it for long-lived and make its like old from then on: old garbage keeps what it refers to.
  setFlagsFromString('--no-allocation-site-pretenuring');
}
