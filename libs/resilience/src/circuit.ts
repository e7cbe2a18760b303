import CircuitBreaker from 'opossum';
import { breakerOptions, nextLookMs, probeTimeoutMs, resetMsOf, type CircuitOptions } from './circuit-options.js';
import type { Admission, CircuitListener, CircuitRun, CircuitState, CircuitTransition } from './circuit-states.js';
import type { Counted, Counts } from './counted.js';
import { jittered } from './retry-schedule.js';

class NotRecovered extends Error {}
/** One for all: a stack for each failure of a failing endpoint would cost more than the rest of the circuit. */
const NOT_RECOVERED = new NotRecovered();

/** One opossum breaker for one failing webhook, used once: it counts, opens, probes, and is thrown away when it closes. */
export class EndpointCircuit {
  /** opossum reads `resetTimeout` from this object whenever it opens, which is how the duration grows. */
  readonly #opossum: CircuitBreaker.Options;
  readonly #breaker: CircuitBreaker<[task: () => Promise<void>], void>;
  #openings = 0;
  #growth = 1;
  /** Kept here because opossum's `lastTimerAt` is the time of construction. */
  #openUntilMs = 0;
  #probedAtMs = 0;
  #inFlight = 0;
  #startedAtMs = 0;
  #changedAtMs: number;

  constructor(
    readonly options: CircuitOptions,
    readonly listener: CircuitListener,
  ) {
    this.#changedAtMs = options.now();
    this.#opossum = breakerOptions(options);
    this.#breaker = new CircuitBreaker((task: () => Promise<void>) => task(), this.#opossum);
    this.#breaker.on('open', () => this.#opened());
    this.#breaker.on('halfOpen', () => this.#changed({ kind: 'half-opened' }));
    this.#breaker.on('close', () => this.#changed({ kind: 'closed' }));
    this.#nextOpening(1);
  }

  get state(): CircuitState {
    if (this.#breaker.opened) return 'open';
    return this.#breaker.halfOpen ? 'half-open' : 'closed';
  }

  /** Asks without calling; a `probe` is taken by the next `run`. */
  get admission(): Admission {
    if (this.state === 'closed') return { kind: 'closed' };
    if (this.#breaker.pendingClose) return { kind: 'probe' };
    return { kind: 'open', untilMs: this.state === 'open' ? this.#openUntilMs : nextLookMs(this.options, this.#probedAtMs) };
  }

  /** Calls the action unless the circuit is open. Rejects with what the action threw, which counts neither way. */
  async run<T>(action: () => Promise<Counted<T>>): Promise<CircuitRun<T>> {
    const admission = this.admission;
    if (admission.kind === 'open') return admission;
    this.#inFlight += 1;
    this.#startedAtMs = this.options.now();
    try {
      const value = await (admission.kind === 'probe' ? this.#probe(action) : this.#call(action));
      return { kind: 'ran', value };
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Counts a call that was made outside. Once open, calls from before know nothing new: opossum would take one for the probe. */
  record(counts: Counts): void {
    if (!this.#breaker.closed) return;
    if (counts === 'success') void this.#breaker.fire(async () => undefined);
    if (counts === 'failure') this.#recordFailure();
  }

  /** Opens until `untilMs` (epoch ms) as opening number `openings`, because a store or another replica says so. */
  open(untilMs: number, openings: number): void {
    if (this.#breaker.opened) return;
    this.#openings = Math.max(1, openings);
    this.#growth = 0;
    this.#opossum.resetTimeout = Math.max(0, untilMs - this.options.now());
    this.#breaker.open();
    // The clock may have ticked since it was asked above, and replicas tell the same time.
    this.#openUntilMs = untilMs;
  }

  /** Whether it may be forgotten: long since the last failure, or half-open for so long that nobody has anything to send. */
  isIdle(): boolean {
    if (this.#breaker.opened || this.#isBusy()) return false;
    return this.options.now() - this.#changedAtMs >= this.options.idleTtlMs;
  }

  /** Whether it may give way to another: closed, and none of its calls in flight. */
  isEvictable(): boolean {
    return this.#breaker.closed && !this.#isBusy();
  }

  shutdown(): void {
    this.#breaker.shutdown();
  }

  // Outside of opossum: inside, calls that count neither way would still dilute its failure rate.
  async #call<T>(action: () => Promise<Counted<T>>): Promise<T> {
    const { counts, value } = await action();
    this.record(counts);
    return value;
  }

  async #probe<T>(action: () => Promise<Counted<T>>): Promise<T> {
    this.#nextOpening(0);
    this.#probedAtMs = this.options.now();
    const answer = action();
    try {
      await this.#breaker.fire(async () => this.#judge((await answer).counts));
    } catch (error) {
      if (!(error instanceof NotRecovered)) throw error;
    }
    return (await answer).value;
  }

  #judge(counts: Counts): void {
    if (counts === 'success' || counts === 'alive') return;
    if (counts === 'failure') this.#nextOpening(1);
    throw NOT_RECOVERED;
  }

  #recordFailure(): void {
    this.#changedAtMs = this.options.now();
    this.listener.failed();
    // Thrown in the call, not rejected, so that opossum has counted it before any other call is admitted.
    this.#breaker.fire(() => { throw NOT_RECOVERED; }).catch(() => undefined);
  }

  #nextOpening(growth: 0 | 1): void {
    this.#growth = growth;
    this.#opossum.resetTimeout = jittered(resetMsOf(this.options, this.#openings + growth), this.options.random);
  }

  #opened(): void {
    this.#openings += this.#growth;
    this.#openUntilMs = this.options.now() + (this.#opossum.resetTimeout ?? 0);
    this.#changed({ kind: 'opened', untilMs: this.#openUntilMs, openings: this.#openings });
  }

  #changed(transition: CircuitTransition): void {
    this.#changedAtMs = this.options.now();
    this.listener.changed(transition);
  }

  // A call that never settles would keep the circuit for ever, so it stops counting after its time.
  #isBusy(): boolean {
    return this.#inFlight > 0 && this.options.now() - this.#startedAtMs < probeTimeoutMs(this.options);
  }
}
