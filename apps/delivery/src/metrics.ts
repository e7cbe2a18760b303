import { Counter, Gauge } from 'prom-client';

export const attempts = new Counter({ name: 'buildwire_attempts_total', help: 'HTTP calls made, by outcome and trigger.', labelNames: ['outcome', 'trigger'] });

export const circuitTransitions = new Counter({ name: 'buildwire_circuit_transitions_total', help: 'Circuits opened, half-opened and closed.', labelNames: ['to'] });

export const circuits = new Gauge({ name: 'buildwire_circuits', help: 'Webhooks with a circuit, which are those that failed of late.' });
