/** A bounded number of places; nobody holds more than half of them, so that one cannot shut out the others. */
export class Places {
  private readonly held = new Map<string, number>();
  private taken = 0;

  constructor(readonly max: number) {}

  /** How many are taken now. */
  get size(): number {
    return this.taken;
  }

  /** Takes one for a holder and returns what gives it back, once; undefined if there is none for that holder. */
  take(holder: string): (() => void) | undefined {
    const own = this.held.get(holder) ?? 0;
    if (this.taken >= this.max || own >= Math.ceil(this.max / 2)) return undefined;
    this.change(holder, 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.change(holder, -1);
      isHeld = false;
    };
  }

  private change(holder: string, by: 1 | -1): void {
    const own = (this.held.get(holder) ?? 0) + by;
    this.taken += by;
    if (own === 0) this.held.delete(holder);
    else this.held.set(holder, own);
  }
}
