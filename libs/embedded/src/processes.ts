import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { outputOf } from './environment.js';
import { until } from './until.js';

const hasProc = process.platform === 'linux';

/** The arguments a process was started with; empty when it is gone (or a zombie). */
export async function argumentsOf(pid: number): Promise<string[]> {
  if (hasProc) return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1);
  const line = await outputOf(['ps', '-ww', '-o', 'command=', '-p', String(pid)]);
  return line?.trim().split(/\s+/) ?? [];
}

export async function parentOf(pid: number): Promise<number | undefined> {
  if (!hasProc) return Number(await outputOf(['ps', '-o', 'ppid=', '-p', String(pid)])) || undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name stands in parentheses and may hold spaces: count from the last one.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) || undefined;
}

/** Is this process that program (or a version of it), started with that very argument? A reused pid answers no. */
export async function isProgram(pid: number, program: string, argument: string): Promise<boolean> {
  const [path = '', ...args] = await argumentsOf(pid);
  return basename(path).startsWith(program) && args.includes(argument);
}

/** Processes of that program working in that folder; none where there is no /proc. */
export async function programsIn(folder: string, program: string): Promise<number[]> {
  if (!hasProc) return [];
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(pids.map(async (pid) => ((await worksIn(pid, folder, program)) ? [pid] : [])));
  return found.flat();
}

async function worksIn(pid: number, folder: string, program: string): Promise<boolean> {
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  if (cwd !== folder) return false;
  // A program whose file was replaced by an update shows as "… (deleted)".
  const path = await readlink(`/proc/${pid}/exe`).catch(() => '');
  return basename(path.replace(/ \(deleted\)$/, '')) === program;
}

export function signal(pid: number, name: 'SIGINT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process is gone; false when it still runs after `timeoutMs`. */
export function gone(pid: number, timeoutMs: number): Promise<boolean> {
  return until(async () => (await argumentsOf(pid)).length === 0, { timeoutMs });
}
