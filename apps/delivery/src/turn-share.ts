/**
 * Lets so many begin in one turn of the event loop; the others follow in the next turns, in order. Without it hundreds that become
 * ready together would hold up everything else until the last of them has begun.
 */
export class TurnShare {
  private begun = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly perTurn: number) {}

  /** Resolves when the caller may begin. */
  next(): Promise<void> | undefined {
    if (this.begun === 0) setImmediate(() => this.turn());
    if (this.begun < this.perTurn) {
      this.begun += 1;
      return undefined;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private turn(): void {
    const next = this.waiting.splice(0, this.perTurn);
    this.begun = next.length;
    if (next.length > 0) setImmediate(() => this.turn());
    for (const resolve of next) resolve();
  }
}
