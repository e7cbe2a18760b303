/** What may be saved up: more at once would hold up what is new. */
const SAVED_SECONDS = 0.2;

/** How many deliveries this replica may release now, at so many a second. A fifth of a second's worth is saved up, at least one. */
export class ReleaseRate {
  private readonly most: number;
  private saved: number;
  private atMs = performance.now();

  constructor(private readonly perSecond: number) {
    this.most = Math.max(1, SAVED_SECONDS * perSecond);
    this.saved = this.most;
  }

  available(): number {
    const nowMs = performance.now();
    this.saved = Math.min(this.saved + ((nowMs - this.atMs) / 1_000) * this.perSecond, this.most);
    this.atMs = nowMs;
    return Math.floor(this.saved);
  }

  take(count: number): void {
    this.saved -= count;
  }
}
