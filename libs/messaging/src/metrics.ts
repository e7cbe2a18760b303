import { Counter } from 'prom-client';

/** Records that handlers finished or failed on. */
export const handledRecords = new Counter({
  name: 'buildwire_records_handled_total',
  help: 'Records taken from JetStream, by service, contract and outcome (done, discard, error).',
  labelNames: ['service', 'contract', 'outcome'],
});

/** Messages that JetStream had passed by. More than none is a fault of the server: see ADR 19. */
export const strandedMessages = new Counter({
  name: 'buildwire_stranded_messages_total',
  help: 'Messages that were stored but passed by by their consumers, and were published again, by stream.',
  labelNames: ['stream'],
});
