import { statesOf } from '@buildwire/contracts';
import type { BuildState, ProducedEvent } from '@buildwire/contracts';

type Outcome = 'success' | 'failure' | 'cancel' | 'error';

/** A failure is the work's own; an error is the system's: it ran out of time, or was never let in. */
const OUTCOMES: Partial<Record<BuildState, Outcome>> = {
  succeeded: 'success',
  failed: 'failure',
  timed_out: 'error',
  rejected: 'error',
  canceled: 'cancel',
  superseded: 'cancel',
};

/** How what the event is about ended; undefined while it has not. */
export function outcomeOf(event: ProducedEvent): Outcome | undefined {
  const state = event[event.subject.kind]?.state ?? statesOf(event.type)[0];
  return state === undefined ? undefined : OUTCOMES[state];
}
