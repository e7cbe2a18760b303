import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '@buildwire/contracts';
import { jittered } from '@buildwire/resilience';
import { Logger } from '@nestjs/common';

/** Work that is done again and again until it is stopped. What it throws is logged, and it goes on. */
export class Periodic {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  /** `everyMs`, ±20 % so that replicas do not do it together, lies between the end of one turn and the next. */
  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  start(): void {
    this.running ??= this.runForEver();
  }

  /** Resolves when the turn under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async runForEver(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.turn();
      await sleep(jittered(this.everyMs, Math.random), undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  private async turn(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      const expected = error instanceof UnavailableError;
      new Logger(this.name)[expected ? 'debug' : 'error'](`put off: ${String(error)}`);
    }
  }
}
