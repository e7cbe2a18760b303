import { Counter } from 'prom-client';

/** Records that handlers finished or failed on. */
export const handledRecords = new Counter({
  name: 'buildwire_records_handled_total',
  help: 'Records taken from JetStream, by service, contract and outcome (done, discard, error).',
  labelNames: ['service', 'contract', 'outcome'],
});
