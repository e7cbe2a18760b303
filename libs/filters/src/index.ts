export { accepts, compileFilter } from './compiled-filter.js';
export type { CompiledFilter, Subject } from './compiled-filter.js';
export { explain } from './explain.js';
export type { Explanation, Subscription } from './explain.js';
export { filterFaults } from './filter-faults.js';
export { followLine, outcomeOf } from './status-change.js';
export type { BuildLine, BuildOutcome } from './status-change.js';
