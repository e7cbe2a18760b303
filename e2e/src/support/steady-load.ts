import type { Api } from './api.js';
import { aBuild } from './events.js';

/** Events published at a fixed rate by producers that repeat what was not acknowledged. */
export class SteadyLoad {
  readonly accepted = new Set<string>();
  readonly refused: string[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly api: Api,
    private readonly app: string,
    private readonly perSecond: number,
  ) {}

  start(): void {
    const begun = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begun) / 1_000) * this.perSecond);
      for (; sent < due; sent++) this.send();
    }, 10);
  }

  /** Stops publishing; resolves when everything begun has been acknowledged. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private send(): void {
    const sending = this.insist(aBuild({ app: this.app })).finally(() => this.underWay.delete(sending));
    this.underWay.add(sending);
  }

  private async insist(event: { id: string }): Promise<void> {
    const giveUpAt = performance.now() + 60_000;
    while (performance.now() < giveUpAt) {
      const status = await this.api.call('POST', '/v1/events', event).then(({ status }) => status, () => 0);
      if (status === 202) {
        this.accepted.add(event.id);
        return;
      }
      if (status !== 0 && status !== 503) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.refused.push(event.id);
  }
}
