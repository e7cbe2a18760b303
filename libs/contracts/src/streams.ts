export type StreamName = 'BUILDWIRE_EVENTS' | 'BUILDWIRE_MATCHED' | 'BUILDWIRE_RENDERED' | 'BUILDWIRE_ATTEMPTS' | 'BUILDWIRE_WEBHOOKS' | 'BUILDWIRE_DEAD_LETTERS';

/** How a stream keeps its messages. Data only: the messaging library applies it. */
export interface StreamDefinition {
  name: StreamName;
  subjects: readonly string[];
  /** `workqueue`: one consumer takes each message. `interest`: several services read it; gone when all have. */
  retention: 'workqueue' | 'interest';
  /** Unless configured otherwise. A full stream refuses (`discard: new`) and the publisher answers 503: it never drops what was accepted. */
  maxBytes: number;
  /** How long a repeated publish of one message key is swallowed. It spares repeats after a crash; it is not the idempotency store. */
  duplicateWindowMs: number;
}

const GIB = 1024 ** 3;
const DUPLICATE_WINDOW_MS = 120_000;

/**
 * One stream for each hop. None has an age limit: a message leaves when it has been worked on, however long that takes.
 */
export const streams: Record<StreamName, StreamDefinition> = {
  BUILDWIRE_EVENTS: workqueue('BUILDWIRE_EVENTS', 'buildwire.event.accepted.*'),
  BUILDWIRE_MATCHED: workqueue('BUILDWIRE_MATCHED', 'buildwire.delivery.matched.*'),
  BUILDWIRE_RENDERED: workqueue('BUILDWIRE_RENDERED', 'buildwire.delivery.rendered.*.*'),
  BUILDWIRE_ATTEMPTS: {
    name: 'BUILDWIRE_ATTEMPTS',
    subjects: ['buildwire.delivery.attempted.*.*', 'buildwire.delivery.postponed.*', 'buildwire.delivery.closed.*'],
    retention: 'interest',
    maxBytes: GIB,
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
  },
  BUILDWIRE_WEBHOOKS: workqueue('BUILDWIRE_WEBHOOKS', 'buildwire.webhook.refused.*', 'buildwire.webhook.stopped.*', 'buildwire.webhook.resumed.*'),
  BUILDWIRE_DEAD_LETTERS: workqueue('BUILDWIRE_DEAD_LETTERS', 'buildwire.message.dead-lettered.*'),
};

function workqueue(name: StreamName, ...subjects: string[]): StreamDefinition {
  return { name, subjects, retention: 'workqueue', maxBytes: GIB, duplicateWindowMs: DUPLICATE_WINDOW_MS };
}
