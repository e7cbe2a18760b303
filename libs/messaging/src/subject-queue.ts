import { hash } from 'node:crypto';
import { MAX_MESSAGE_BYTES } from '@buildwire/contracts';
import type { AnyContract } from '@buildwire/contracts';
import { packFrame } from './message-frame.js';
import type { Packed } from './message-frame.js';

/** A record that waits to be published. */
export interface Entry extends Packed {
  /** How many things in it settle on their own. */
  units: number;
  /** It shares its message with no other. */
  isAlone: boolean;
  key: string;
  /** When publishing it is given up, as `performance.now()`. */
  deadline: number;
  /** It is stored, or cannot be. */
  settle(error?: Error): void;
}

/** The records of one turn, as one NATS message. */
export interface Chunk {
  payload: Uint8Array;
  messageId: string;
  deadline: number;
}

type Send = (chunk: Chunk) => Promise<void>;

/** Messages of one record that are on their way at a time. */
const SINGLE_RECORD_WIDTH = 256;

/**
 * The records that go to one subject. While one message is on its way the next records gather, and leave together as the
 * next message: chunks grow with the load and no record waits for a timer. One message at a time keeps the order.
 */
export class SubjectQueue {
  private waiting: Entry[] = [];
  private inFlight = 0;
  private scheduled = false;

  constructor(
    private readonly contract: AnyContract,
    private readonly send: Send,
    private readonly onIdle: () => void,
  ) {}

  add(entry: Entry): void {
    this.waiting.push(entry);
    if (this.scheduled) return;
    this.scheduled = true;
    // What is published in the same turn of the event loop goes together.
    queueMicrotask(() => this.turn());
  }

  private turn(): void {
    this.scheduled = false;
    while (this.waiting.length > 0 && this.inFlight < this.width()) void this.sendNext(this.takeChunk());
    if (this.inFlight === 0 && this.waiting.length === 0) this.onIdle();
  }

  private width(): number {
    return this.contract.maxRecords === 1 || this.waiting[0]?.isAlone === true ? SINGLE_RECORD_WIDTH : 1;
  }

  private async sendNext(entries: Entry[]): Promise<void> {
    this.inFlight++;
    try {
      await this.send(chunkOf(entries));
      for (const entry of entries) entry.settle();
    } catch (error) {
      for (const entry of entries) entry.settle(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.inFlight--;
      this.turn();
    }
  }

  private takeChunk(): Entry[] {
    let bytes = 2;
    let units = 0;
    const texts = new Set<string>();
    const end = this.waiting.findIndex((entry, index) => {
      const { json, aside } = entry;
      bytes += json.bytes + 1 + (aside === undefined || texts.has(aside.text) ? 0 : aside.bytes);
      if (aside !== undefined) texts.add(aside.text);
      units += entry.units;
      const isFull = units > this.contract.maxRecords || bytes > MAX_MESSAGE_BYTES;
      return index > 0 && (isFull || entry.isAlone || this.waiting[0]?.isAlone === true);
    });
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }
}

function chunkOf(entries: readonly Entry[]): Chunk {
  return {
    payload: packFrame(entries),
    messageId: messageIdOf(entries.map(({ key }) => key)),
    deadline: Math.min(...entries.map(({ deadline }) => deadline)),
  };
}

/** A message of one record bears its key, so that the stream swallows a repeat; one of several is only safe against its own retries. */
function messageIdOf(keys: readonly string[]): string {
  const [first = ''] = keys;
  return keys.length === 1 ? first : hash('sha1', keys.join('\n'), 'base64url');
}
