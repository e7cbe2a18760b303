import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { argumentsOf, signal } from './processes.js';

/** For specs only: a process of its own that starts both servers, to be killed or asked what it got. */
export interface Owner {
  pid: number;
  dataDir: string;
  nats: { url: string; port: number; pid: number };
  postgres: { url: string; port: number; pid: number };
  /** SIGKILL, and waits for the exit: its servers get no chance to be stopped by it. */
  kill(): Promise<void>;
}

export interface OwnerOptions {
  dataDir: string;
  uid?: number;
  /** The only programs it finds on its PATH; absent: all. */
  tools?: readonly string[];
}

const SCRIPT = `
  import { runnerImport } from 'vite';
  const [entry, dataDir] = process.argv.slice(1);
  const { module } = await runnerImport(entry, { configFile: false, logLevel: 'error' });
  const nats = await module.startNats({ dataDir });
  const postgres = await module.startPostgres({ dataDir, password: 'secret' });
  console.log(JSON.stringify({ nats, postgres }));
`;

export async function startOwner({ dataDir, uid, tools }: OwnerOptions): Promise<Owner> {
  const path = tools ? await pathOf(tools) : (process.env['PATH'] ?? '');
  const entry = join(import.meta.dirname, 'index.ts');
  const owner = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, entry, dataDir], {
    ...(uid !== undefined && { uid, gid: uid }),
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(owner, 'exit');
  let line = '';
  for await (const text of owner.stdout.setEncoding('utf8')) if ((line += text).includes('\n')) break;
  const kill = async () => {
    owner.kill('SIGKILL');
    await exited;
  };
  return { ...(JSON.parse(line) as Pick<Owner, 'nats' | 'postgres'>), pid: owner.pid ?? 0, dataDir, kill };
}

const folders: string[] = [];

/** A folder that `cleanUp` removes. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'buildwire-embedded-'));
  folders.push(folder);
  return folder;
}

/** A folder to be the PATH that has only these of the machine's programs. */
async function pathOf(tools: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  await promisify(execFile)('chmod', ['755', folder]);
  for (const tool of tools) {
    const found = await promisify(execFile)('sh', ['-c', 'command -v "$0"', tool]).catch(() => undefined);
    if (found) await symlink(found.stdout.trim(), join(folder, tool));
  }
  return folder;
}

/** Ends what failed tests left running on temporary folders, and removes them. */
export async function cleanUp(...pids: number[]): Promise<void> {
  for (const pid of pids) {
    const command = (await argumentsOf(pid)).join(' ');
    if (folders.some((folder) => command.includes(folder))) signal(pid, 'SIGKILL');
  }
  const removing = folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  await Promise.all(removing);
}
