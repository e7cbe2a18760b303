import { randomBytes } from 'node:crypto';
import type { Api } from './api.js';
import type { Stack } from './stack.js';
import { arrived, targetOf } from './throughput.js';
import type { TransportName } from './transports.js';
import type { Workbench } from './workbench.js';

const LIMIT_MS = 300_000;

/** Services run for days, and fresh ones take more CPU until the last of their code is compiled: events as fast as they are taken. */
export async function warmUp(bench: Workbench, stack: Stack, api: Api, transport: TransportName, events: number): Promise<void> {
  const run = `warm-${randomBytes(4).toString('hex')}`;
  const path = `/ok/${run}`;
  await api.createWebhook({ url: `${bench.receiverUrl}${path}`, appId: run });
  await bench.publish({ target: targetOf(stack), transport, run, from: 0, count: events, appIds: [run] });
  await arrived(bench, path, events, LIMIT_MS);
  await api.logged(`${run}-${events - 1}`, 1, LIMIT_MS);
  await bench.take(path);
}
