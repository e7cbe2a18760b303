/** A map of what was set last: beyond its bound, what was set longest ago is forgotten. */
export class RecentMap<Value> {
  private readonly entries = new Map<string, Value>();

  constructor(private readonly bound: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.bound) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Up to `limit` values, those set longest ago first. */
  oldest(limit: number): Value[] {
    const values: Value[] = [];
    for (const value of this.entries.values()) {
      if (values.length === limit) break;
      values.push(value);
    }
    return values;
  }
}
