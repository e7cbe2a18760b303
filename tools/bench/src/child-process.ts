import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const STOP_LIMIT_MS = 25_000;

/** A service that outlives an interrupted run would look for its broker for ever, beside the next run. */
const alive = new Set<ChildProcess>();
process.on('exit', () => alive.forEach(killGroup));

/** Starts a program in the root of the repository, at the head of a group of its own; of our environment it sees only where programs and the home are. */
export function startChild(program: string, args: readonly string[], environment: Record<string, string>, stdio: SpawnOptions['stdio']): ChildProcess {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment };
  const child = spawn(program, args, { cwd: ROOT, env, stdio, detached: true });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** SIGTERM, and SIGKILL if that is of no use. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const lostPatience = setTimeout(() => killGroup(child), STOP_LIMIT_MS);
  await exited;
  clearTimeout(lostPatience);
}

/** npm cannot hand SIGKILL on to what it runs. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended just now.
  }
}
