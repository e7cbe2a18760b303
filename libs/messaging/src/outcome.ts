/** What becomes of a record: it is done, or it is a dead letter. A handler that cannot finish now throws. */
export type Outcome = { kind: 'done' } | { kind: 'discard'; reason: string };

export const done: Outcome = { kind: 'done' };

/** The record can never be worked on: it goes to the dead letters with this reason. */
export function discard(reason: string): Outcome {
  return { kind: 'discard', reason };
}

/** Where a record came from: the NATS message's place in its stream, and the record's place in the message. */
export interface Origin {
  sequence: number;
  index: number;
  /** The message was handed out before: the record may have been worked on. */
  redelivered: boolean;
}

/** What a handler that takes records one by one knows besides the record. */
export interface Turn extends Origin {
  /**
   * Another record may be begun although this one is still worked on, for what mostly waits; until what it returns is called: then
   * this one counts again, also beyond the limit, and none is begun before there is room.
   */
  stepAside(): () => void;
}
