const GATHER_MS = 10;
const MOST = 500;

/**
 * Acknowledgements that leave together, a moment late: nobody waits for them, and each on its own would be a write that wakes the server.
 * If the process dies meanwhile their messages come again, as those that were being worked on do.
 */
export class LateAcks {
  private waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  add(acknowledge: () => void): void {
    this.waiting.push(acknowledge);
    if (this.waiting.length >= MOST) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const acknowledge of this.waiting.splice(0)) acknowledge();
  }
}
