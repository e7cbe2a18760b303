/** What is left of the limit after a request that was slow. */
const DECREASE = 0.9;

/**
 * How many requests may be under way to one endpoint: all that its cap allows until it turns slow, then ever fewer, and one more
 * with each success once half of them are in use. The cap is given with each call, so it may change. Source: reliability.md 3.2.
 */
export class AdaptiveLimit {
  private limit = Infinity;

  /** From 1 up to the cap. */
  allowed(cap: number): number {
    return Math.floor(Math.min(this.limit, cap));
  }

  /** A request ran into its timeout, or took so long that the endpoint has too much to do. */
  slowed(cap: number): void {
    this.limit = Math.max(1, Math.min(this.limit, cap) * DECREASE);
  }

  /** A request arrived in time, as one of `inFlight`. */
  succeeded(cap: number, inFlight: number): void {
    if (this.isFull || inFlight * 2 < this.allowed(cap)) return;
    this.limit = this.limit + 1 < cap ? this.limit + 1 : Infinity;
  }

  /** Whether the cap alone counts. */
  get isFull(): boolean {
    return this.limit === Infinity;
  }
}
