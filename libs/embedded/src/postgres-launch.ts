import { startChild, type Child, type Exit } from './child.js';
import { dialled, inUrl } from './ports.js';
import type { Account } from './postgres-account.js';
import { acceptsConnections, ensureDatabase } from './postgres-ready.js';
import { gone, programsIn, signal } from './processes.js';
import { ready } from './ready.js';

export interface EmbeddedPostgres {
  /** With user, password and database. */
  url: string;
  port: number;
  pid: number;
  /** Fast shutdown, at most 10 s; may be called again. */
  stop(): Promise<void>;
  /** SIGKILL to the server and its workers, and waits for their exit. */
  kill(): Promise<void>;
  exited: Promise<Exit>;
}

export interface Launch {
  postgres: string;
  account: Account;
  folder: string;
  logPath: string;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  settings: Record<string, string>;
}

const SETTINGS = {
  unix_socket_directories: '',
  cluster_name: 'buildwire',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Compiling a plan costs more than the short queries here take.
  jit: 'off',
};

const WORKER_EXIT_TIMEOUT_MS = 5_000;

/** Starts the server on an existing cluster and waits until it accepts connections. */
export async function launchPostgres(options: Launch): Promise<EmbeddedPostgres> {
  const { account, folder, logPath, host, port, user, password, database } = options;
  const { prefix, as } = account;
  const child = await startChild({ service: 'postgres', command: commandOf(options), prefix, logPath, onOurDeath: 'INT', ...as });
  await ready('postgres', child, async () => {
    if (!(await acceptsConnections(folder, child.pid))) return false;
    await ensureDatabase({ host: dialled(host), port, user, password }, database);
    return true;
  });

  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const url = `postgres://${credentials}@${inUrl(host)}:${port}/${encodeURIComponent(database)}`;
  const kill = () => killWithWorkers(child, folder);
  return { url, port, pid: child.pid, exited: child.exited, kill, stop: () => child.stop(kill) };
}

function commandOf({ postgres, folder, host, port, settings }: Launch): string[] {
  const all = { ...SETTINGS, listen_addresses: host, port: String(port), ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [postgres, '-D', folder, ...flags];
}

async function killWithWorkers(child: Child, folder: string): Promise<void> {
  const workers = child.hasExited() ? [] : await programsIn(folder, 'postgres');
  await child.kill();
  await killAll(workers.filter((pid) => pid !== child.pid));
}

/** Workers of a killed server may outlive it in a long query, and a new one does not start beside them. */
export async function killWorkers(folder: string): Promise<void> {
  await killAll(await programsIn(folder, 'postgres'));
}

async function killAll(pids: readonly number[]): Promise<void> {
  pids.forEach((pid) => signal(pid, 'SIGKILL'));
  await Promise.all(pids.map((pid) => gone(pid, WORKER_EXIT_TIMEOUT_MS)));
}
