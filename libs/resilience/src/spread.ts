/** Where the turns of those that were put off begin, how far they are apart, and how far they may reach; in ms. */
export interface Turns {
  fromMs: number;
  everyMs: number;
  horizonMs: number;
}

/**
 * Gives those that were put off a turn each, one after the other, at the rate at which they can be served: together they would
 * all but one be put off again, round and round. Beyond the horizon turns are drawn by lot, because no estimate reaches so far.
 */
export class Spread {
  private lastMs = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** The next turn, in epoch ms; never before `fromMs`. */
  next({ fromMs, everyMs, horizonMs }: Turns): number {
    const turnMs = Math.max(fromMs, this.lastMs + everyMs);
    if (turnMs > fromMs + horizonMs) return Math.round(fromMs + horizonMs * this.random());
    this.lastMs = turnMs;
    return Math.round(turnMs);
  }

  /** Whether somebody's turn is still to come. */
  isAhead(nowMs: number): boolean {
    return this.lastMs > nowMs;
  }
}
