export type CircuitState = 'closed' | 'open' | 'half-open';

/** What a circuit says to a call: go, go as the one probe, or come back at `untilMs` (epoch ms). */
export type Admission = { kind: 'closed' } | { kind: 'probe' } | { kind: 'open'; untilMs: number };

/** How a call through a circuit ended: with the value of the action, or not made, to be tried again at `untilMs` (epoch ms). */
export type CircuitRun<T> = { kind: 'ran'; value: T } | { kind: 'open'; untilMs: number };

/** A change of a circuit; `openings` is how often in a row it has opened. */
export type CircuitTransition =
  | { kind: 'opened'; untilMs: number; openings: number }
  | { kind: 'half-opened' }
  | { kind: 'closed' };

/** Whom a circuit tells. */
export interface CircuitListener {
  failed(): void;
  changed(transition: CircuitTransition): void;
}
