import { z } from 'zod';
import type { Event } from '../event/event.js';
import type { Aside } from '../message-contract.js';

/** The event of the same record as JSON, as it has travelled: who passes it on or stores it need not write it again. */
export const eventJson = z.string().optional();

/** The event of a record travels beside its JSON. */
export const eventAside: Aside<{ event: Event; eventJson?: string | undefined }> = {
  split: (record) => ({ text: record.eventJson ?? JSON.stringify(record.event), rest: Object.assign({}, record, { event: null, eventJson: undefined }) }),
  join: (rest, text) => Object.assign(rest, { event: JSON.parse(text) as unknown, eventJson: text }),
};
