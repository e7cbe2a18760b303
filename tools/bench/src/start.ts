import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { temporaryFolder } from '@buildwire/testing';
import { Api } from './api.js';
import { ROOT, endChild, startChild } from './child-process.js';
import { nowMs } from './clock.js';
import { standaloneSettings } from './stack.js';
import type { StandaloneSettings } from './stack.js';
import { arrived } from './throughput.js';
import type { Workbench } from './workbench.js';

/** From `npm start` on, as installed: `first` on an empty folder, `again` on what that left. */
export interface Start {
  kind: 'first' | 'again';
  /** Of each try, in order: until the banner, and until the first webhook was at its receiver. */
  readyMs: number[];
  deliveredMs: number[];
  targetMs: number;
}

const TARGET_MS = { first: 10_000, again: 4_000 };
const LIMIT_MS = 60_000;

/** Throws unless each start delivers its event, once. */
export async function measureStart(bench: Workbench, tries: number): Promise<Start[]> {
  // As installing does, so that what was edited since is not built in the measured time.
  await promisify(execFile)('npm', ['run', 'prepare'], { cwd: ROOT });
  const found = (['first', 'again'] as const).map((kind): Start => ({ kind, readyMs: [], deliveredMs: [], targetMs: TARGET_MS[kind] }));
  for (let each = 0; each < tries; each++) {
    const folder = await temporaryFolder('bench-start');
    const run = `start-${randomBytes(4).toString('hex')}`;
    try {
      const settings = await standaloneSettings(folder.path, '1s');
      for (const [place, start] of found.entries()) {
        const { readyMs, deliveredMs } = await startOnce(bench, settings, run, place);
        start.readyMs.push(readyMs);
        start.deliveredMs.push(deliveredMs);
      }
      await bench.take(`/ok/${run}`);
    } finally {
      await folder.remove();
    }
  }
  return found;
}

async function startOnce(bench: Workbench, { environment, stack }: StandaloneSettings, run: string, earlier: number): Promise<{ readyMs: number; deliveredMs: number }> {
  const path = `/ok/${run}`;
  const api = new Api(stack);
  const begun = nowMs();
  const child = startChild('npm', ['start'], environment, ['ignore', 'pipe', 'inherit']);
  try {
    await readyLineOf(child);
    const readyMs = nowMs() - begun;
    if (earlier === 0) await api.createWebhook({ url: `${bench.receiverUrl}${path}`, appId: run });
    await bench.publish({ target: stack, transport: 'http', run, from: earlier, count: 1, appIds: [run] });
    await arrived(bench, path, earlier + 1, LIMIT_MS);
    const deliveredMs = nowMs() - begun;
    await api.logged(`${run}-${earlier}`, 1, LIMIT_MS);
    await bench.expectEachOnce(path, earlier + 1);
    return { readyMs, deliveredMs };
  } finally {
    await api.close();
    await endChild(child);
  }
}

async function readyLineOf({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error('npm start has no output');
  const lines = createInterface({ input: stdout });
  for await (const line of lines) {
    if (!line.startsWith('ready ')) continue;
    // An unread pipe would fill up and block the process.
    stdout.resume();
    return;
  }
  throw new Error('npm start ended before it was ready');
}
