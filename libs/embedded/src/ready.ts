import type { Child } from './child.js';
import { EmbeddedStartError, type EmbeddedService } from './errors.js';
import { until } from './until.js';

/** A large store is read back, or a long log replayed, before a server is ready. */
const READY_TIMEOUT_MS = 120_000;

/** Waits until the server answers; a server that exits or never answers is an EmbeddedStartError, and is not left running. */
export async function ready(service: EmbeddedService, child: Child, answers: () => Promise<boolean>): Promise<void> {
  let isReady = false;
  const settled = async () => child.hasExited() || (isReady = await answers());
  try {
    await until(settled, { timeoutMs: READY_TIMEOUT_MS, everyMs: 5 });
  } catch (cause) {
    await child.stop();
    throw new EmbeddedStartError(service, String(cause), await child.logTail(), { cause });
  }
  if (isReady && !child.hasExited()) return;

  const reason = child.hasExited() ? 'it exited.' : `it was not ready within ${READY_TIMEOUT_MS / 1000} s.`;
  await child.kill();
  throw new EmbeddedStartError(service, reason, await child.logTail());
}
