import { organizationOfSubject } from '@buildwire/contracts';
import type { AnyContract, Routed } from '@buildwire/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import { ClosedConnectionError, DrainingConnectionError } from '@nats-io/nats-core';
import type { LateAcks } from './late-acks.js';
import { recordsOf } from './records-of.js';

/** A message of which some records are done comes again after this, when it is known everywhere that they are. */
const TOLD_WITHIN_MS = 5_000;

/** One record to be worked on. */
export interface Incoming {
  record: Routed;
  index: number;
  message: IncomingMessage;
  /** Gives its place in the runner to another, although it is still worked on. */
  stepAside?(): () => void;
}

/** A NATS message whose records settle one by one; it is acknowledged with the last of them. */
export class IncomingMessage {
  private open: number;
  private released = false;

  constructor(
    private readonly message: JsMsg,
    private readonly records: number,
    private readonly acks: LateAcks,
    private readonly onClosed: (message: IncomingMessage) => void,
  ) {
    this.open = records;
  }

  get sequence(): number {
    return this.message.seq;
  }

  get subject(): string {
    return this.message.subject;
  }

  /** It was handed out before, and not acknowledged. */
  get redelivered(): boolean {
    return this.message.redelivered;
  }

  get data(): Uint8Array {
    return this.message.data;
  }

  /** Tells the server that we are still at it. */
  working(): void {
    this.answer(() => this.message.working());
  }

  /** One record is done with. */
  settle(): void {
    this.open--;
    if (this.open > 0) return;
    if (!this.released) this.acks.add(() => this.answer(() => this.message.ack()));
    this.onClosed(this);
  }

  /** One record could not be worked on before we stopped: the whole message goes back, for another replica or for later. */
  release(): void {
    if (!this.released) this.answer(() => this.message.nak(this.records === 1 ? undefined : TOLD_WITHIN_MS));
    this.released = true;
    this.settle();
  }

  /** Without a connection there is nobody to tell: the server delivers the message again after the acknowledgement wait. */
  private answer(send: () => void): void {
    try {
      send();
    } catch (error) {
      if (!(error instanceof ClosedConnectionError || error instanceof DrainingConnectionError)) throw error;
    }
  }
}

/** What a message holds: its records, or the reason why it cannot be read. */
export type Decoded = { kind: 'records'; records: Routed[] } | { kind: 'unreadable'; reason: string };

/** The records of a message, or their units, checked against the contract and against the organization in the subject. */
export function decode(contract: AnyContract, message: JsMsg): Decoded {
  const organizationId = organizationOfSubject(message.subject);
  try {
    const records: Routed[] = recordsOf(contract, message.data);
    const foreign = records.find((record) => record.organizationId !== organizationId);
    if (foreign !== undefined) return { kind: 'unreadable', reason: `it holds a record of ${foreign.organizationId}` };
    const { units } = contract;
    return { kind: 'records', records: units === undefined ? records : records.flatMap((record) => units.of(record)) };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}
