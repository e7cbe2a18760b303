import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment, outputOf } from './environment.js';
import { EmbeddedStartError, type EmbeddedService } from './errors.js';
import { openLog } from './log-file.js';
import { until } from './until.js';

export const STOP_TIMEOUT_MS = 10_000;

export interface Exit {
  code: number | null;
  signal: string | null;
}

export interface ChildSpec {
  service: EmbeddedService;
  /** Program and arguments. */
  command: readonly string[];
  /** Stands before the program, to change who it runs as. */
  prefix?: readonly string[];
  logPath: string;
  /** What the kernel sends the child when we die without stopping it. */
  onOurDeath: 'INT' | 'KILL';
  uid?: number;
  gid?: number;
}

export interface Child {
  pid: number;
  exited: Promise<Exit>;
  hasExited(): boolean;
  /** SIGINT, then force (SIGKILL unless given) after 10 s. */
  stop(force?: () => Promise<void>): Promise<void>;
  kill(): Promise<void>;
  logTail(): Promise<string>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGINT')));

/** Starts a program in its own process group, so that Ctrl-C reaches its owner first. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const log = await openLog(spec.logPath);
  // The kernel forgets the death signal when a process changes its user: it is set last.
  const [program = '', ...args] = [...(spec.prefix ?? []), ...(await deathSignal(spec.onOurDeath)), ...spec.command];
  const { uid, gid } = spec;
  const child = spawn(program, args, {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    cwd: '/',
    detached: true,
    env: childEnvironment(),
    stdio: ['ignore', log.handle.fd, log.handle.fd],
  });
  const exited = exitOf(child);
  await once(child, 'spawn')
    .catch((cause: Error) => { throw new EmbeddedStartError(spec.service, cause.message, '', { cause }); })
    .finally(() => log.handle.close());
  return { ...handleOf(child, exited), logTail: log.tail };
}

function handleOf(child: ChildProcess, exited: Promise<Exit>): Omit<Child, 'logTail'> {
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async (force = kill) => {
    child.kill('SIGINT');
    if (!(await until(hasExited, { timeoutMs: STOP_TIMEOUT_MS }))) await force();
  };
  return { pid: child.pid ?? 0, exited, hasExited, stop, kill };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  running.add(child);
  return new Promise((resolve) => {
    const settle = (code: number | null, signal: string | null) => {
      running.delete(child);
      resolve({ code, signal });
    };
    child.once('exit', settle);
    child.on('error', () => child.pid === undefined && settle(null, null));
  });
}

let canSetDeathSignal: Promise<boolean> | undefined;

/**
 * The kernel tells the child when the thread that spawned it ends: start servers from the main thread.
 * Where `setpriv` is missing, the next start finds and stops what was left behind.
 */
async function deathSignal(signal: string): Promise<string[]> {
  canSetDeathSignal ??= outputOf(['setpriv', '--pdeathsig', 'INT', '--', 'setpriv', '--version']).then((out) => out !== undefined);
  return (await canSetDeathSignal) ? ['setpriv', '--pdeathsig', signal, '--'] : [];
}
