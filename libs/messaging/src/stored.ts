/** Records on their way to the broker, awaited together: a promise for each would cost more than its publish. */
export class Stored {
  /** Bytes of all that was added. */
  bytes = 0;
  /** Records that were added. */
  records = 0;
  /** How many messages they fill. */
  messages = 0;
  private open = 0;
  private error: Error | undefined;
  private wake: () => void = () => undefined;

  add(bytes: number, messages: number): void {
    this.records++;
    this.messages += messages;
    this.open++;
    this.bytes += bytes;
  }

  /** One of them is stored, or cannot be. */
  settle(error?: Error): void {
    this.open--;
    this.error ??= error;
    if (this.open === 0 || error !== undefined) this.wake();
  }

  /** Resolves when all are stored; rejects with the first failure. */
  async all(): Promise<void> {
    if (this.open > 0 && this.error === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.error !== undefined) throw this.error;
  }
}
