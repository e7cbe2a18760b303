/**
 * Places that organizations share. While more than the kept part of them is free, anyone takes one; the kept part is for those
 * below their share, which is what each would get if one more were to come. So one that is alone uses nearly all, and one that
 * comes finds room at once, even if the others give nothing back.
 */
export class FairShares {
  private readonly held = new Map<string, number>();
  private count = 0;

  /** `kept` is from 0 up to 1; `show` is told how many places are taken. */
  constructor(
    readonly places: number,
    private readonly kept: number,
    private readonly show: (taken: number) => void,
  ) {}

  get taken(): number {
    return this.count;
  }

  /** Whether the organization may take a place; `atLeast` is a share that nobody goes without while there is one. */
  hasRoomFor(organizationId: string, atLeast: number): boolean {
    const free = this.places - this.count;
    if (free <= 0) return false;
    if (free > Math.ceil(this.places * this.kept)) return true;
    const held = this.held.get(organizationId) ?? 0;
    const present = this.held.size + (held === 0 ? 1 : 0);
    return held < Math.max(atLeast, this.places / (present + 1));
  }

  take(organizationId: string): void {
    this.held.set(organizationId, (this.held.get(organizationId) ?? 0) + 1);
    this.show((this.count += 1));
  }

  give(organizationId: string): void {
    const left = (this.held.get(organizationId) ?? 1) - 1;
    if (left === 0) this.held.delete(organizationId);
    else this.held.set(organizationId, left);
    this.show((this.count -= 1));
  }
}
