import { setTimeout as wait } from 'node:timers/promises';

/** Asks every `everyMs` until the answer is true; false when `timeoutMs` have passed without one. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  { timeoutMs, everyMs = 10 }: { timeoutMs: number; everyMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() >= deadline) return false;
    await wait(everyMs);
  }
  return true;
}
