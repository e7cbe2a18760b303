import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Incoming } from './incoming-message.js';
import type { Runner, SettlerOf } from './runner.js';

/** The most records of one call. */
export const MAX_BATCH_RECORDS = 500;
/** What may wait for the running call before the consumer stops pulling. */
const MAX_WAITING_RECORDS = 2 * MAX_BATCH_RECORDS;

/** Works on whatever has arrived, in order, one call at a time: batches grow with the load. */
export class BatchRunner implements Runner {
  private waiting: { contract: string; record: Incoming }[] = [];
  private running: Promise<void> | undefined;
  private waiters: (() => void)[] = [];

  /** After a rest, `gatherMs` pass before the first call. */
  constructor(
    private readonly settlerOf: SettlerOf,
    private readonly gatherMs = 0,
  ) {}

  async accept(contract: string, records: Incoming[]): Promise<void> {
    this.waiting.push(...records.map((record) => ({ contract, record })));
    this.running ??= this.run();
    while (this.waiting.length >= MAX_WAITING_RECORDS) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    // The messages that the client already holds are handed over first, so that they share one call.
    await (this.gatherMs > 0 ? sleep(this.gatherMs) : setImmediate());
    while (this.waiting.length > 0) {
      const { contract, records } = this.takeBatch();
      for (const waiter of this.waiters.splice(0)) waiter();
      await this.settlerOf(contract).settle(records);
    }
    this.running = undefined;
  }

  /** A batch never mixes contracts, and keeps their order. */
  private takeBatch(): { contract: string; records: Incoming[] } {
    const contract = this.waiting[0]?.contract ?? '';
    const end = this.waiting.findIndex((next, index) => next.contract !== contract || index === MAX_BATCH_RECORDS);
    const batch = this.waiting.splice(0, end === -1 ? this.waiting.length : end);
    return { contract, records: batch.map(({ record }) => record) };
  }
}
