import type { Lane } from '@buildwire/contracts';
import { FairShares } from './fair-shares.js';
import { localWaiters, slotsInUse, slowAttempts } from './metrics.js';

/** An organization is alone in a lane when no other was seen in it for this long. */
const ALONE_AFTER_MS = 1_000;
/** How much the latest attempt counts in the usual duration. */
const LATEST = 0.05;
/** An attempt that takes longer gives its slot back, so that endpoints that hang take none from those that answer. */
const SLOW_AFTER_MS = 1_000;
/** Attempts beyond that time, for each slot; beyond this number they keep their slots. */
const SLOW_PER_SLOT = 6;

/** An attempt under way, and what it holds. */
export interface SlotUse {
  organizationId: string;
  startedAtMs: number;
  isSlow: boolean;
}

/** The room of one lane in this replica: slots for attempts, and as many places to wait in memory. */
export class LaneRoom {
  readonly slots: FairShares;
  readonly waiting: FairShares;
  private readonly slow: FairShares;
  /** Those that hold a slot, the oldest first. */
  private readonly quick = new Set<SlotUse>();
  private durationMs = 0;
  private latest: string | undefined;
  private mixedAtMs = 0;

  constructor(lane: Lane, slots: number) {
    const [inUse, waiting, slow] = [slotsInUse.labels(lane), localWaiters.labels(lane), slowAttempts.labels(lane)];
    this.slots = new FairShares(slots, 1 / 8, (taken) => inUse.set(taken));
    this.waiting = new FairShares(slots, 1 / 2, (taken) => waiting.set(taken));
    this.slow = new FairShares(slots * SLOW_PER_SLOT, 1 / 2, (taken) => slow.set(taken));
  }

  begin(organizationId: string, nowMs: number): SlotUse {
    const use = { organizationId, startedAtMs: nowMs, isSlow: false };
    this.quick.add(use);
    this.slots.take(organizationId);
    return use;
  }

  end(use: SlotUse): void {
    this.quick.delete(use);
    (use.isSlow ? this.slow : this.slots).give(use.organizationId);
  }

  /** Takes the slots of attempts that have become slow, and tells whether there were any. */
  freeSlots(nowMs: number): boolean {
    const before = this.quick.size;
    for (const use of this.quick) {
      if (nowMs - use.startedAtMs < SLOW_AFTER_MS) break;
      if (!this.slow.hasRoomFor(use.organizationId, 0)) continue;
      this.end(use);
      use.isSlow = true;
      this.slow.take(use.organizationId);
    }
    return this.quick.size < before;
  }

  get isHalfFullOfWaiters(): boolean {
    return this.waiting.taken * 2 >= this.waiting.places;
  }

  /** How far apart slots come free while all are in use, in ms. */
  get everyMs(): number {
    return this.durationMs / this.slots.places;
  }

  settled(durationMs: number): void {
    this.durationMs += LATEST * (durationMs - this.durationMs);
  }

  /** A delivery of this organization has come. */
  saw(organizationId: string, nowMs: number): void {
    if (this.latest !== undefined && this.latest !== organizationId) this.mixedAtMs = nowMs;
    this.latest = organizationId;
  }

  isOneAlone(nowMs: number): boolean {
    return nowMs - this.mixedAtMs > ALONE_AFTER_MS;
  }
}
