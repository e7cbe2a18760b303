import { Counter, Gauge, Histogram } from 'prom-client';

export const attempts = new Counter({ name: 'buildwire_attempts_total', help: 'HTTP calls made, by outcome and trigger.', labelNames: ['outcome', 'trigger'] });

export const circuitTransitions = new Counter({ name: 'buildwire_circuit_transitions_total', help: 'Circuits opened, half-opened and closed.', labelNames: ['to'] });

export const circuits = new Gauge({ name: 'buildwire_circuits', help: 'Webhooks with a circuit, which are those that failed of late, by its state.', labelNames: ['state'] });

export const dueWaiting = new Gauge({ name: 'buildwire_due_waiting', help: 'Deliveries that wait for a turn, by the last count of Postgres itself.' });

export const dueLateSeconds = new Gauge({ name: 'buildwire_due_late_seconds', help: 'How long the first delivery that is due has waited to be released.' });

export const claimSeconds = new Histogram({ name: 'buildwire_due_claim_seconds', help: 'How long a claim of due deliveries takes.', buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] });

export const releaseRate = new Gauge({ name: 'buildwire_due_release_rate', help: 'Waiting deliveries that may be released in a second; less than configured while the process is busy.' });

export const slotsInUse = new Gauge({ name: 'buildwire_slots_in_use', help: 'Attempts under way, by lane.', labelNames: ['lane'] });

export const slowAttempts = new Gauge({ name: 'buildwire_slow_attempts', help: 'Attempts under way that have given their slot back, by lane.', labelNames: ['lane'] });

export const localWaiters = new Gauge({ name: 'buildwire_local_waiters', help: 'Deliveries that wait for their turn in memory, by lane.', labelNames: ['lane'] });

export const refusals = new Counter({ name: 'buildwire_refusals_total', help: 'Turns of deliveries that were put off without an attempt, by cause.', labelNames: ['cause'] });
