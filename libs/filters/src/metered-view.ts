/** What one evaluation may read: a field, an item or a key costs one, a text one more for each 16 characters. */
const BUDGET = 5_000;
const CHARACTERS_PER_UNIT = 16;

export class BudgetExceededError extends Error {
  override readonly name = 'BudgetExceededError';

  constructor() {
    super('it reads too much of the event');
  }
}

/**
 * A view of JSON that counts what is read through it, and throws a {@link BudgetExceededError} once that is too much. An
 * expression that loops over a list, or reads a long text again and again, is stopped by it; what it never reads costs nothing.
 */
export function meteredView<Value extends object>(value: Value): Value {
  return new View().of(value);
}

class View {
  private left = BUDGET;
  private readonly proxies = new WeakMap<object, object>();

  of<Value extends object>(value: Value): Value {
    const known = this.proxies.get(value) ?? new Proxy(value, { get: (target, key) => this.read(target, key), ownKeys: (target) => this.keysOf(target) });
    this.proxies.set(value, known);
    // A proxy has the shape of its target.
    return known as Value;
  }

  private read(target: object, key: PropertyKey): unknown {
    const value: unknown = Reflect.get(target, key);
    if (!Object.hasOwn(target, key)) return value;
    this.spend(typeof value === 'string' ? 1 + value.length / CHARACTERS_PER_UNIT : 1);
    return typeof value === 'object' && value !== null ? this.of(value) : value;
  }

  private keysOf(target: object): (string | symbol)[] {
    const keys = Reflect.ownKeys(target);
    this.spend(keys.length);
    return keys;
  }

  private spend(units: number): void {
    this.left -= units;
    if (this.left < 0) throw new BudgetExceededError();
  }
}
