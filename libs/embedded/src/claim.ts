import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STOP_TIMEOUT_MS } from './child.js';
import { EmbeddedStartError, type EmbeddedService } from './errors.js';
import { gone, isProgram, parentOf, signal } from './processes.js';

export interface Claim {
  service: EmbeddedService;
  dataDir: string;
  program: string;
  /** An argument that only a server of this data directory was started with. */
  argument: string;
  /** The file in which the server itself writes its pid, on the first line. */
  pidFile: string;
}

/**
 * Makes this process the owner of the data directory: stops a server that a killed owner left behind,
 * refuses when the owner is alive, and never signals a process that is not that server.
 */
export async function claimDataDir(claim: Claim): Promise<void> {
  const ownerFile = join(claim.dataDir, `${claim.service}.owner`);
  const pid = await numberIn(claim.pidFile);
  const isOurs = pid > 0 && (await isProgram(pid, claim.program, claim.argument));
  if (isOurs) await stopUnlessOwned(claim, pid, await numberIn(ownerFile));

  // A stale file whose pid now belongs to another process would keep PostgreSQL from starting.
  await rm(claim.pidFile, { force: true });
  await writeFile(ownerFile, `${process.pid}\n`);
}

async function stopUnlessOwned({ service, dataDir }: Claim, pid: number, owner: number): Promise<void> {
  if ((await parentOf(pid)) === owner) {
    throw new EmbeddedStartError(service, `${dataDir} is in use by process ${owner} (its ${service} is process ${pid}).`);
  }
  try {
    signal(pid, 'SIGINT');
  } catch (cause) {
    throw new EmbeddedStartError(service, `${dataDir} is in use by process ${pid} of another user.`, '', { cause });
  }
  if (await gone(pid, STOP_TIMEOUT_MS)) return;
  signal(pid, 'SIGKILL');
  await gone(pid, STOP_TIMEOUT_MS);
}

async function numberIn(path: string): Promise<number> {
  return Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10) || 0;
}
