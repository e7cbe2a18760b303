/** One time limit over a whole attempt, whatever it is busy with; undici's own timeouts each cover a part and miss drips. */
export class WallClock {
  readonly #timer: NodeJS.Timeout;
  #isExpired = false;
  #expire: () => void = () => undefined;

  constructor(timeoutMs: number) {
    this.#timer = setTimeout(() => {
      this.#isExpired = true;
      this.#expire();
    }, timeoutMs);
  }

  /** Replaces what is ended when the time is over; ends it now if it is. */
  onExpired(expire: () => void): void {
    this.#expire = expire;
    if (this.#isExpired) expire();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
