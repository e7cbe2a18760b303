import { releaseRate } from './metrics.js';

/** Deliveries that come back together: each of fewer would bear more of what a claim costs, and more at once would hold up what is new. */
const PORTION = 20;
/** At high rates they are more: what the rate allows in this time, in seconds. */
const PORTION_SECONDS = 0.04;
/** What may be saved up, in seconds. */
const SAVED_SECONDS = 0.2;
const LOOK_MS = 200;
/** A process that is busy for more of its time than this gives way to what is new. */
const BUSY = 0.5;
/** Without anything new for so long there is nothing to give way to. */
const NEW_WITHIN_MS = 1_000;
/** The share of the rate that is left however busy the process is: what waits must go on. */
const LEAST = 0.2;
const LESS = 0.8;
const MORE = 0.05;

/**
 * How many deliveries this replica may release now: `perSecond` at most, and down to a fifth of it while its event loop is busy and
 * new deliveries come, which go first, since a retry has waited anyway.
 */
export class ReleaseRate {
  private share = 1;
  private saved: number;
  private atMs = performance.now();
  private lookedAtMs = this.atMs;

  /** `newest` says when the latest new delivery came (epoch ms), `busy` what part of its time the process was busy since it was last asked, from 0 to 1. */
  constructor(
    private readonly perSecond: number,
    private readonly newest: { readonly newestAtMs: number },
    private readonly busy = busyMeter(),
  ) {
    this.saved = this.most;
    releaseRate.set(perSecond);
  }

  /** A portion at most. */
  available(): number {
    this.save();
    return Math.floor(Math.min(this.saved, this.portion));
  }

  take(count: number): void {
    this.saved -= count;
  }

  /** How long it takes until there is a portion, in ms, where `atMostMs` is not shorter. */
  pauseMs(atMostMs: number): number {
    this.save();
    return Math.max(0, Math.min(atMostMs, (1_000 * (this.portion - this.saved)) / this.current));
  }

  private get current(): number {
    return this.perSecond * this.share;
  }

  private get portion(): number {
    return Math.max(PORTION, PORTION_SECONDS * this.perSecond);
  }

  private get most(): number {
    return Math.max(1, SAVED_SECONDS * this.current);
  }

  private save(): void {
    const nowMs = performance.now();
    if (nowMs - this.lookedAtMs >= LOOK_MS) this.look(nowMs);
    this.saved = Math.min(this.saved + ((nowMs - this.atMs) / 1_000) * this.current, this.most);
    this.atMs = nowMs;
  }

  private look(nowMs: number): void {
    this.lookedAtMs = nowMs;
    const givesWay = this.busy() > BUSY && Date.now() - this.newest.newestAtMs < NEW_WITHIN_MS;
    this.share = givesWay ? Math.max(LEAST, this.share * LESS) : Math.min(1, this.share + MORE);
    releaseRate.set(this.current);
  }
}

function busyMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
