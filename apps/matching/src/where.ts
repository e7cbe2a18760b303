/** A `where` clause that grows, and its parameters. */
export class Where {
  readonly params: unknown[] = [];
  private readonly conditions: string[] = [];

  /** Adds a condition unless its value is absent. `?` stands for the value. */
  and(condition: string, value: unknown): this {
    if (value === undefined) return this;
    this.conditions.push(condition.replace('?', this.add(value)));
    return this;
  }

  /** Adds what a list is paged by: the rows after the one with this key. */
  after(columns: string, keyset: readonly string[] | undefined): this {
    if (keyset !== undefined) this.conditions.push(`(${columns}) < (${keyset.map((value) => this.add(value)).join(', ')})`);
    return this;
  }

  /** Adds a parameter and gives its name. */
  add(value: unknown): string {
    return `$${this.params.push(value)}`;
  }

  toString(): string {
    return this.conditions.join(' and ');
  }
}
