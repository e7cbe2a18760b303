import { EndpointCircuit } from './circuit.js';
import { defaultCircuitOptions, type CircuitOptions } from './circuit-options.js';
import type { Admission, CircuitRun, CircuitState, CircuitTransition } from './circuit-states.js';
import type { Counted, Counts } from './counted.js';
import { FirstFailures } from './first-failures.js';

/** First failures kept for each circuit. */
const FIRST_PER_CIRCUIT = 4;

/** The circuits of the webhooks that are failing now, which begin with a second failure; a webhook without one costs a Map lookup. */
export class CircuitRegistry {
  /** Told of every change but those given to `adopt`; for the shared store, the log and the metrics. */
  onTransition?: (webhookId: string, transition: CircuitTransition) => void;

  readonly #options: CircuitOptions;
  readonly #circuits = new Map<string, EndpointCircuit>();
  /** Ids of the circuits that are still closed, the one whose last failure is longest ago first. */
  readonly #closed = new Set<string>();
  readonly #firstFailures: FirstFailures;
  readonly #sweeper: NodeJS.Timeout;
  #adopting = false;

  constructor(options: Partial<CircuitOptions> = {}) {
    this.#options = { ...defaultCircuitOptions, ...options };
    this.#firstFailures = new FirstFailures(this.#options, FIRST_PER_CIRCUIT * this.#options.maxCircuits);
    this.#sweeper = setInterval(() => this.#sweep(), this.#options.idleTtlMs / 10).unref();
  }

  get size(): number {
    return this.#circuits.size;
  }

  /** Calls the action unless the webhook's circuit is open. Rejects with what the action threw, which counts neither way. */
  async run<T>(webhookId: string, action: () => Promise<Counted<T>>): Promise<CircuitRun<T>> {
    const circuit = this.#circuits.get(webhookId);
    if (circuit !== undefined) return circuit.run(action);

    const { counts, value } = await action();
    this.#count(webhookId, counts);
    return { kind: 'ran', value };
  }

  state(webhookId: string): CircuitState {
    return this.#circuits.get(webhookId)?.state ?? 'closed';
  }

  /** Asks without calling, so that a refused delivery can leave before it takes a slot. */
  admission(webhookId: string): Admission {
    return this.#circuits.get(webhookId)?.admission ?? { kind: 'closed' };
  }

  /** How many circuits there are in each state. */
  countByState(): Record<CircuitState, number> {
    const counts = { closed: 0, open: 0, 'half-open': 0 };
    for (const { state } of this.#circuits.values()) counts[state] += 1;
    return counts;
  }

  /** Opens a circuit until `untilMs` (epoch ms), or one that is open until then instead, because another replica or the shared store says so. If the time is over, it is half-open. */
  adopt(webhookId: string, untilMs: number, openings: number): void {
    const state = this.state(webhookId);
    // Its probe may be under way.
    if (state === 'half-open' && untilMs <= this.#options.now()) return;
    // The timer of an open breaker cannot be set anew.
    if (state === 'open') this.forget(webhookId);
    this.#adopting = true;
    this.#circuitOf(webhookId)?.open(untilMs, openings);
    this.#adopting = false;
  }

  /** Forgets a webhook's circuit: it was deleted, its URL changed, or someone closed it by hand. */
  forget(webhookId: string): void {
    this.#circuits.get(webhookId)?.shutdown();
    this.#circuits.delete(webhookId);
    this.#closed.delete(webhookId);
    this.#firstFailures.forget(webhookId);
  }

  shutdown(): void {
    clearInterval(this.#sweeper);
    for (const webhookId of [...this.#circuits.keys()]) this.forget(webhookId);
  }

  /** Counts a call that began before there was a circuit. */
  #count(webhookId: string, counts: Counts): void {
    const circuit = this.#circuits.get(webhookId);
    if (circuit !== undefined) {
      if (counts === 'failure') circuit.record(counts);
      return;
    }
    if (counts === 'success') this.#firstFailures.succeeded(webhookId);
    if (counts === 'failure') this.#failedWithoutCircuit(webhookId);
  }

  #failedWithoutCircuit(webhookId: string): void {
    const successes = this.#firstFailures.failed(webhookId);
    if (successes === undefined) return;
    const circuit = this.#circuitOf(webhookId);
    circuit?.record('failure');
    for (let count = 0; count < successes; count++) circuit?.record('success');
    circuit?.record('failure');
  }

  #circuitOf(webhookId: string): EndpointCircuit | undefined {
    const known = this.#circuits.get(webhookId);
    if (known !== undefined) return known;
    // With every place held by an open circuit, a newly failing webhook goes without one: it fails open.
    if (!this.#hasRoom()) return undefined;

    const circuit = new EndpointCircuit(this.#options, {
      failed: () => this.#failed(webhookId),
      changed: (transition) => this.#changed(webhookId, transition),
    });
    this.#circuits.set(webhookId, circuit);
    this.#closed.add(webhookId);
    return circuit;
  }

  #hasRoom(): boolean {
    if (this.size < this.#options.maxCircuits) return true;
    for (const webhookId of this.#closed) {
      if (!this.#circuits.get(webhookId)?.isEvictable()) continue;
      this.forget(webhookId);
      return true;
    }
    return false;
  }

  #failed(webhookId: string): void {
    this.#closed.delete(webhookId);
    this.#closed.add(webhookId);
  }

  #changed(webhookId: string, transition: CircuitTransition): void {
    this.#closed.delete(webhookId);
    // A closed circuit knows nothing that a new one would not: its window still holds the failures it recovered from.
    if (transition.kind === 'closed') this.forget(webhookId);
    if (!this.#adopting) this.onTransition?.(webhookId, transition);
  }

  #sweep(): void {
    for (const [webhookId, circuit] of this.#circuits) {
      if (circuit.isIdle()) this.forget(webhookId);
    }
  }
}
