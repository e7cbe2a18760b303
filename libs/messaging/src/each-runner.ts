import { setImmediate } from 'node:timers/promises';
import type { Incoming } from './incoming-message.js';
import type { Runner, SettlerOf } from './runner.js';

const BEGUN_PER_TURN = 32;

/** Works on each record on its own, up to `concurrency` at a time, not counting those that have stepped aside. */
export class EachRunner implements Runner {
  private running = 0;
  private places = 0;
  private begun = 0;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly settlerOf: SettlerOf,
    private readonly concurrency: number,
  ) {}

  async accept(contract: string, records: Incoming[]): Promise<void> {
    for (const record of records) {
      while (this.places >= this.concurrency) await this.change();
      // Hundreds of beginnings in one turn would hold up all that is under way.
      if (++this.begun % BEGUN_PER_TURN === 0) await setImmediate();
      void this.run(contract, record);
    }
  }

  async idle(): Promise<void> {
    while (this.running > 0) await this.change();
  }

  private async run(contract: string, record: Incoming): Promise<void> {
    let hasPlace = true;
    const comeBack = () => {
      if (!hasPlace) this.places++;
      hasPlace = true;
    };
    const stepAside = () => {
      if (hasPlace) this.places--;
      hasPlace = false;
      this.changed();
      return comeBack;
    };
    this.running++;
    this.places++;
    try {
      record.stepAside = stepAside;
      await this.settlerOf(contract).settle([record]);
    } finally {
      this.running--;
      stepAside();
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  private changed(): void {
    if (this.waiters.length > 0) for (const waiter of this.waiters.splice(0)) waiter();
  }
}
