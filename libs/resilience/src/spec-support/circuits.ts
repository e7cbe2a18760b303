import { CircuitRegistry } from '../circuit-registry.js';
import type { CircuitOptions } from '../circuit-options.js';
import type { CircuitRun, CircuitTransition } from '../circuit-states.js';
import type { Counts } from '../counted.js';

/** A registry without jitter that remembers what it was told; its clock is that of the (fake) timers. */
export function aRegistry(options: Partial<CircuitOptions> = {}) {
  const registry = new CircuitRegistry({ random: () => 0.5, ...options });
  const transitions: CircuitTransition[] = [];
  registry.onTransition = (_webhookId, transition) => transitions.push(transition);
  const answer = (counts: Counts, webhookId = 'whk_1') => registry.run(webhookId, async () => ({ counts, value: counts }));
  return { registry, transitions, answer, open: () => times(5, () => answer('failure')) };
}

/** A call whose answer is given later, or never. */
export function aPendingCall(registry: CircuitRegistry, webhookId = 'whk_1') {
  let answer: (counts: Counts) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const counts = new Promise<Counts>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  let called = false;
  const result: Promise<CircuitRun<string>> = registry.run(webhookId, async () => {
    called = true;
    return { counts: await counts, value: 'late' };
  });
  return { result, answer, fail, wasCalled: () => called };
}

export async function times<T>(count: number, action: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let turn = 0; turn < count; turn += 1) results.push(await action());
  return results;
}
