import { setTimeout as sleep } from 'node:timers/promises';

export interface Memory {
  /** Known values older than this are looked up again in the background. */
  refreshAfterMs: number;
  /** Known values older than this are looked up again before they are used, if the source answers soon. */
  mistrustAfterMs: number;
  /** That nothing is known is believed so long. */
  unknownForMs: number;
  /** The most known values, and the most unknown ones; the least recently used goes first. */
  size: number;
}

interface Entry<Value> {
  value: Value;
  readAt: number;
  triedAt: number;
}

/** How long an answer waits for a source that may be away, and how long such a source is then left alone. */
const PATIENCE_MS = 300;
const RETRY_AFTER_MS = 5_000;

/**
 * Values of a source that may be away, looked up by key. What was once known stays known while the source is away;
 * what was not known makes the call fail as the source does. Concurrent look-ups of a key share one.
 */
export class Remembered<Value> {
  private readonly known = new Map<string, Entry<Value>>();
  private readonly unknown = new Map<string, number>();
  private readonly running = new Map<string, Promise<Value | undefined>>();

  constructor(
    private readonly lookUp: (key: string) => Promise<Value | undefined>,
    private readonly memory: Memory,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async get(key: string): Promise<Value | undefined> {
    const entry = this.known.get(key);
    if (entry !== undefined) return this.recall(key, entry);
    const unknownSince = this.unknown.get(key);
    if (unknownSince !== undefined && this.now() - unknownSince < this.memory.unknownForMs) return undefined;
    return this.refresh(key);
  }

  private async recall(key: string, entry: Entry<Value>): Promise<Value | undefined> {
    touch(this.known, key, entry);
    const age = this.now() - entry.readAt;
    if (age < this.memory.refreshAfterMs || this.now() - entry.triedAt < RETRY_AFTER_MS) return entry.value;

    const refreshed = this.refresh(key).catch(() => {
      entry.triedAt = this.now();
      return entry.value;
    });
    return age < this.memory.mistrustAfterMs ? entry.value : this.patiently(refreshed, entry);
  }

  private async patiently(refreshed: Promise<Value | undefined>, entry: Entry<Value>): Promise<Value | undefined> {
    const answered = new AbortController();
    const late = sleep(PATIENCE_MS, entry.value, { signal: answered.signal, ref: false }).catch(() => entry.value);
    const value = await Promise.race([refreshed, late]);
    answered.abort();
    return value;
  }

  private refresh(key: string): Promise<Value | undefined> {
    const running = this.running.get(key) ?? this.lookUp(key).then((value) => this.remember(key, value)).finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }

  private remember(key: string, value: Value | undefined): Value | undefined {
    this.known.delete(key);
    this.unknown.delete(key);
    if (value === undefined) touch(this.unknown, key, this.now());
    else touch(this.known, key, { value, readAt: this.now(), triedAt: -Infinity });
    trim(this.known, this.memory.size);
    trim(this.unknown, this.memory.size);
    return value;
  }
}

/** A Map keeps the order of insertion: the first is the least recently used. */
function touch<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
}

function trim(map: Map<string, unknown>, size: number): void {
  for (const key of map.keys()) {
    if (map.size <= size) return;
    map.delete(key);
  }
}
