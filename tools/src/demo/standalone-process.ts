import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const PROGRAM = fileURLToPath(new URL('../../../apps/standalone/dist/main.js', import.meta.url));
const START_LIMIT_MS = 60_000;
/** The drain itself is given up after 19 s. */
const STOP_LIMIT_MS = 25_000;
/** Nothing else of our environment: the demo must not reach a NATS or Postgres that it names. */
const KEPT = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH'];

const readyLine = z.object({ http: z.url(), grpc: z.string(), nats: z.string(), organizationId: z.string() });

/** Buildwire in one process of its own, on free ports and a folder that goes with it. */
export interface Standalone extends z.output<typeof readyLine> {
  apiKey: string;
  dataDir: string;
  /** Everything written to standard output up to the ready line. */
  banner: string;
  /** Drains it, removes its data and gives its exit code; null if it had to be killed. May be called again. */
  stop(): Promise<number | null>;
}

/** Resolves when all is up. Rejects, with nothing left running, if that fails or is aborted. */
export async function startStandalone(aborted: AbortSignal, apiKey = `bw_demo_${randomBytes(18).toString('base64url')}`): Promise<Standalone> {
  const dataDir = await mkdtemp(join(tmpdir(), 'buildwire-demo-'));
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM], { env: environmentOf(dataDir, apiKey), stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let stopping: Promise<number | null> | undefined;
  const stop = () => (stopping ??= stopChild(child, exited, dataDir));
  try {
    const { ready, banner } = await readyOf(child, AbortSignal.any([aborted, AbortSignal.timeout(START_LIMIT_MS)]));
    return { ...ready, apiKey, dataDir, banner, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environmentOf(dataDir: string, apiKey: string): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(KEPT.map((name) => [name, process.env[name]]));
  return { ...kept, DATA_DIR: dataDir, BOOTSTRAP_API_KEY: apiKey, HTTP_PORT: '0', GRPC_PORT: '0', NATS_PORT: '0', POSTGRES_PORT: '0' };
}

async function readyOf(child: ChildProcess, given: AbortSignal): Promise<{ ready: z.output<typeof readyLine>; banner: string }> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no output');
  let errors = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4_000)));
  const banner: string[] = [];
  const lines = createInterface({ input: stdout });
  const onAbort = () => lines.close();
  given.addEventListener('abort', onAbort, { once: true });
  if (given.aborted) onAbort();
  try {
    for await (const line of lines) {
      if (line.startsWith('ready ')) return { ready: readyLine.parse(JSON.parse(line.slice('ready '.length))), banner: banner.join('\n') };
      banner.push(line);
    }
  } finally {
    given.removeEventListener('abort', onAbort);
    // An unread pipe would fill up and block the child.
    stdout.resume();
  }
  throw new Error(`Buildwire did not start${given.aborted ? ' in time' : ''}${errors === '' ? '' : `; it said:\n${errors}`}`);
}

async function stopChild(child: ChildProcess, exited: Promise<unknown[]>, dataDir: string): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const lostPatience = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(lostPatience);
  }
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  return child.exitCode;
}
