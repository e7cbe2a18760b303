export type { Admission, CircuitRun, CircuitTransition } from './circuit-states.js';
export { defaultCircuitOptions, type CircuitOptions } from './circuit-options.js';
export { CircuitRegistry } from './circuit-registry.js';
export { classifyAnswer, type Classification } from './classify-answer.js';
export { countsOfStatus, type Counted, type Counts } from './counted.js';
export type { EndpointAnswer } from './endpoint-answer.js';
export { delayWithRetryAfter, parseRetryAfter } from './retry-after.js';
export { jittered, nextDelayMs } from './retry-schedule.js';
