import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '@buildwire/contracts';
import type { Incoming } from './incoming-message.js';
import { discard, done } from './outcome.js';
import type { Outcome } from './outcome.js';

/** Works on records and settles each. */
export interface Runner {
  /** Resolves when there is room for more: this is the back-pressure on the consumer. */
  accept(contract: string, records: Incoming[]): Promise<void>;
  /** Resolves when everything accepted has settled. */
  idle(): Promise<void>;
}

/** Each contract has a handler of its own. */
export type SettlerOf = (contract: string) => Settler;

/** Runs a handler on records that share one call, and says what became of each. Rejects as the handler does. */
export type Invoke = (records: Incoming[]) => Promise<Outcome[] | void>;

/** Parks a record that cannot be worked on. Throws an `UnavailableError` if it cannot be stored. */
export type Bury = (record: Incoming, reason: string) => Promise<void>;

const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 2_000;
/** How often a record may make its handler throw before it is taken for poison. */
const MAX_FAILURES = 3;

/**
 * What both runners share: one call of a handler, and what to do when it throws. A dependency that is away is waited
 * for, however long; a record that keeps failing is buried. Stopping gives back what waits.
 */
export class Settler {
  constructor(
    private readonly invoke: Invoke,
    private readonly bury: Bury,
    private readonly onError: (error: unknown, records: number) => void,
    private readonly stopping: AbortSignal,
  ) {}

  async settle(records: Incoming[]): Promise<void> {
    const result = await this.insist(records.length, () => this.invoke(records));
    if (result.kind === 'stopped') return release(records);
    if (result.kind === 'failed' && records.length > 1) return this.settleOneByOne(records);
    const outcomes = result.kind === 'failed' ? records.map(() => discard(result.reason)) : result.value;
    for (const [index, record] of records.entries()) await this.conclude(record, outcomes?.[index] ?? done);
  }

  private async conclude(record: Incoming, outcome: Outcome): Promise<void> {
    if (outcome.kind === 'done') return record.message.settle();
    const buried = await this.insist(1, () => this.bury(record, outcome.reason));
    if (buried.kind === 'value') record.message.settle();
    else record.message.release();
  }

  private async settleOneByOne(records: Incoming[]): Promise<void> {
    for (const record of records) await this.settle([record]);
  }

  /** Repeats the work until it succeeds, it has shown to be hopeless, or we are stopping. */
  private async insist<Value>(records: number, work: () => Promise<Value>): Promise<Insisted<Value>> {
    for (let failures = 0, waits = 0; ; waits++) {
      try {
        return { kind: 'value', value: await work() };
      } catch (error) {
        this.onError(error, records);
        const away = error instanceof UnavailableError;
        if (away && this.stopping.aborted) return { kind: 'stopped' };
        if (!away && (records > 1 || ++failures === MAX_FAILURES)) return { kind: 'failed', reason: reasonOf(error) };
        await this.backOff(waits);
      }
    }
  }

  private async backOff(waits: number): Promise<void> {
    const delay = Math.min(FIRST_BACKOFF_MS * 2 ** waits, MAX_BACKOFF_MS);
    await sleep(delay, undefined, { signal: this.stopping }).catch(() => undefined);
  }
}

type Insisted<Value> = { kind: 'value'; value: Value } | { kind: 'failed'; reason: string } | { kind: 'stopped' };

function reasonOf(error: unknown): string {
  return `its handler failed ${MAX_FAILURES} times: ${error instanceof Error ? error.message : String(error)}`;
}

function release(records: Incoming[]): void {
  for (const { message } of records) message.release();
}
