export type { Admission, CircuitRun, CircuitTransition } from './circuit-states.js';
export { defaultCircuitOptions, type CircuitOptions } from './circuit-options.js';
export { CircuitRegistry } from './circuit-registry.js';
export { countsOfStatus, type Counted, type Counts } from './counted.js';
export { delayWithRetryAfter, parseRetryAfter } from './retry-after.js';
export { jittered, nextDelayMs, standardSchedule } from './retry-schedule.js';
