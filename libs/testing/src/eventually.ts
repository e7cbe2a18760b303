import { setTimeout as wait } from 'node:timers/promises';

export interface Patience {
  timeoutMs?: number;
  everyMs?: number;
}

/** What an assertion throws that will not hold any more, such as when the process that it asks has ended. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless';
}

/** Runs an assertion again until it holds, and gives its answer; throws its last error when the time is over, a {@link Hopeless} at once. */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (error instanceof Hopeless || performance.now() >= deadline) throw error;
    }
    await wait(everyMs);
  }
}
