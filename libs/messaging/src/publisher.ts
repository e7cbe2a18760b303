import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_MESSAGE_BYTES, UnavailableError } from '@buildwire/contracts';
import type { AnyContract, MessageContract, Routed } from '@buildwire/contracts';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { Broker } from './broker.js';
import { measured } from './message-frame.js';
import type { Packed } from './message-frame.js';
import { Stored } from './stored.js';
import { NotStoredError, StreamPublish } from './stream-publish.js';
import { SubjectQueue } from './subject-queue.js';
import type { Chunk } from './subject-queue.js';

/** An accepting transport answers within 5 s, so a publish is given up a little earlier. */
const DEADLINE_MS = 4_000;
const ATTEMPT_MS = 2_000;
const RETRY_MS = 100;
/** What may wait for the broker, in bytes of records: beyond it, publishing fails at once. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** What {@link Publisher.publishAll} hands over at a time. Messages of one subject go one by one, and under load each takes some milliseconds. */
const MAX_TURN_RECORDS = 1_000;
const MAX_TURN_MESSAGES = 100;
const MAX_TURN_BYTES = 8 * 1024 * 1024;
/** JetStream's codes for a stream at its limit, and for a server short of resources. */
const FULL_CODES = new Set([10077, 10023, 10047, 10167]);

/** Publishes records durably. A resolved publish is on the broker's disk as far as the stream's replicas and sync allow. */
export class Publisher implements BeforeApplicationShutdown {
  private readonly queues = new Map<string, SubjectQueue>();
  private readonly streams: StreamPublish;
  private waitingBytes = 0;
  private stopping = false;

  constructor(private readonly broker: Broker) {
    this.streams = new StreamPublish(broker);
  }

  /** Resolves after JetStream's acknowledgement. Throws an {@link UnavailableError} within 5 s if there is none. */
  publish<Record extends Routed, Unit extends Routed>(contract: MessageContract<string, Record, Unit>, record: Record): Promise<void> {
    return this.publishAll(contract, [record]);
  }

  /**
   * Publishes any number of records, no more at a time than the broker takes before the deadline. All or nothing is not
   * promised: when this throws, some of the records may have been stored.
   */
  async publishAll<Record extends Routed, Unit extends Routed>(contract: MessageContract<string, Record, Unit>, records: readonly Record[]): Promise<void> {
    let turn = new Stored();
    for (const record of records) {
      this.enqueue(contract, record, turn);
      if (turn.records < MAX_TURN_RECORDS && turn.messages < MAX_TURN_MESSAGES && turn.bytes < MAX_TURN_BYTES) continue;
      await turn.all();
      turn = new Stored();
    }
    await turn.all();
  }

  /** Publishes what must not be given up, such as what has already happened, until it is stored or the process ends. */
  async insist<Record extends Routed, Unit extends Routed>(contract: MessageContract<string, Record, Unit>, record: Record): Promise<void> {
    for (;;) {
      try {
        return await this.publish(contract, record);
      } catch (error) {
        if (!(error instanceof UnavailableError) || this.stopping) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  /** The process ends: nothing is insisted on any more. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  private enqueue<Record extends Routed, Unit extends Routed>(contract: MessageContract<string, Record, Unit>, record: Record, turn: Stored): void {
    const packed = packedOf(contract, record);
    const bytes = packed.json.bytes + (packed.aside?.bytes ?? 0);
    const units = contract.units?.count(record) ?? 1;
    if (bytes + 2 > MAX_MESSAGE_BYTES) throw new RangeError(`a record of ${contract.name} has ${bytes} bytes, more than a message holds`);
    if (this.waitingBytes + bytes > MAX_WAITING_BYTES) throw new UnavailableError('broker', { detail: 'too much waits for the broker' });

    this.waitingBytes += bytes;
    turn.add(bytes, units / contract.maxRecords);
    const settle = (error?: Error) => {
      this.waitingBytes -= bytes;
      turn.settle(error);
    };
    const entry = { units, isAlone: contract.alone?.(record) ?? false, key: contract.key(record), deadline: performance.now() + DEADLINE_MS, settle, ...packed };
    this.queueOf(contract, contract.subject(record)).add(entry);
  }

  private queueOf(contract: AnyContract, subject: string): SubjectQueue {
    const known = this.queues.get(subject);
    if (known !== undefined) return known;
    const queue = new SubjectQueue(contract, (chunk) => this.send(subject, contract.stream, chunk), () => this.queues.delete(subject));
    this.queues.set(subject, queue);
    return queue;
  }

  /** Tries until the deadline with one message id, so that a lost acknowledgement stores nothing twice. */
  private async send(subject: string, stream: string, { payload, messageId, deadline }: Chunk): Promise<void> {
    let cause: unknown;
    for (let left = deadline - performance.now(); left > 0; left = deadline - performance.now()) {
      if (!(await this.broker.whenConnected(left))) break;
      try {
        return await this.streams.send(subject, payload, { messageId, stream, timeoutMs: Math.min(left, ATTEMPT_MS) });
      } catch (error) {
        cause = error;
        if (isFull(error)) break;
        await sleep(RETRY_MS);
      }
    }
    throw new UnavailableError('broker', { cause, ...(isFull(cause) ? { detail: 'the stream is full' } : {}) });
  }
}

function packedOf<Record extends Routed, Unit extends Routed>({ aside }: MessageContract<string, Record, Unit>, record: Record): Packed {
  if (aside === undefined) return { json: measured(JSON.stringify(record)) };
  const { text, rest } = aside.split(record);
  return { json: measured(JSON.stringify(rest)), aside: measured(text) };
}

function isFull(error: unknown): boolean {
  return error instanceof NotStoredError && error.code !== undefined && FULL_CODES.has(error.code);
}
