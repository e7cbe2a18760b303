/** How many deliveries this replica may release now, at so many a second. A second's worth is saved up, at least one. */
export class ReleaseRate {
  private saved: number;
  private atMs = performance.now();

  constructor(private readonly perSecond: number) {
    this.saved = perSecond;
  }

  available(): number {
    const nowMs = performance.now();
    this.saved = Math.min(this.saved + ((nowMs - this.atMs) / 1_000) * this.perSecond, Math.max(1, this.perSecond));
    this.atMs = nowMs;
    return Math.floor(this.saved);
  }

  take(count: number): void {
    this.saved -= count;
  }
}
