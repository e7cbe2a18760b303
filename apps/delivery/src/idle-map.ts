/** Something that is of no use any more once it is idle. */
export interface Idle {
  isIdle(nowMs: number): boolean;
  /** Somebody counts on it: it is not forgotten for want of room. */
  readonly isBusy: boolean;
}

/** How many that are busy are passed over in the search for one to forget. */
const PASSES = 8;

/** Makes what is asked for, and forgets what is idle; beyond its bound also what has been there longest, unless it is busy. */
export class IdleMap<Value extends Idle> {
  private readonly entries = new Map<string, Value>();

  constructor(
    private readonly bound: number,
    private readonly make: () => Value,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  find(key: string): Value | undefined {
    return this.entries.get(key);
  }

  of(key: string): Value {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    if (this.entries.size >= this.bound) this.makeRoom();
    const made = this.make();
    this.entries.set(key, made);
    return made;
  }

  /** Forgets this one if it is idle. */
  drop(key: string, nowMs: number): void {
    if (this.entries.get(key)?.isIdle(nowMs) === true) this.entries.delete(key);
  }

  /** Forgets all that are idle. */
  sweep(nowMs: number): void {
    for (const [key, value] of this.entries) {
      if (value.isIdle(nowMs)) this.entries.delete(key);
    }
  }

  each(visit: (value: Value) => void): void {
    for (const value of this.entries.values()) visit(value);
  }

  private makeRoom(): void {
    let passes = PASSES;
    for (const [key, value] of this.entries) {
      this.entries.delete(key);
      if (!value.isBusy) return;
      // To the end, so that the next search does not meet it again.
      this.entries.set(key, value);
      if (--passes === 0) return;
    }
  }
}
