import { writeFile } from 'node:fs/promises';
import { measureFailing } from './failing.js';
import { measureIsolation } from './isolation.js';
import { measureLatency } from './latency.js';
import { newReport, tablesOf } from './report.js';
import type { Report } from './report.js';
import { failingEndpoints, latencyPlans, neighbourhoods, throughputPlans } from './plans.js';
import { measureThroughput } from './throughput.js';
import { Workbench, withStack } from './workbench.js';

const args = process.argv.slice(2);
const size = args.includes('--smoke') ? 'smoke' : args.includes('--quick') ? 'quick' : 'full';
const only = args.find((arg) => !arg.startsWith('--')) ?? 'all';
const out = args.find((arg) => arg.startsWith('--json='))?.slice('--json='.length);

const report = newReport(`npm run bench${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`);
const bench = await Workbench.start();
try {
  if (only === 'all' || only === 'throughput') await runThroughput(bench, report);
  if (only === 'all' || only === 'latency') await runLatency(bench, report);
  if (only === 'all' || only === 'isolation') await runIsolation(bench, report);
  if (only === 'all' || only === 'failing') await runFailing(bench, report);
} finally {
  await bench.stop();
}
process.stdout.write(`\n${tablesOf(report)}\n`);
if (out !== undefined) await writeFile(out, `${JSON.stringify(report, null, 2)}\n`);

async function runThroughput(bench: Workbench, { throughput }: Report): Promise<void> {
  for (const { topology, syncInterval, loads } of throughputPlans(size)) {
    await withStack(topology, { syncInterval }, async (stack, api) => {
      for (const load of loads) {
        const found = await measureThroughput(bench, stack, api, load);
        throughput.push({ ...found, syncInterval });
        say(`${topology} ${load.transport} fan-out ${load.fanOut} ${load.format}: ${Math.round(found.perSecond)}/s, ${found.ratio.toFixed(2)} of a bare loop`);
      }
    });
  }
}

async function runLatency(bench: Workbench, { latency }: Report): Promise<void> {
  for (const { topology, loads } of latencyPlans(size)) {
    await withStack(topology, {}, async (stack, api) => {
      for (const load of loads) {
        const found = await measureLatency(bench, stack, api, load);
        latency.push(found);
        say(`${topology} ${load.transport} ${load.perSecond}/s: p50 ${found.acceptedToReceiverMs.p50} ms, p99 ${found.acceptedToReceiverMs.p99} ms`);
      }
    });
  }
}

async function runIsolation(bench: Workbench, { isolation }: Report): Promise<void> {
  for (const neighbourhood of neighbourhoods(size)) {
    await withStack('five', {}, async (stack, api) => {
      const found = await measureIsolation(bench, stack, api, neighbourhood);
      isolation.push(found);
      say(`${neighbourhood.name}: others ${Math.round(found.throughputRatio * 100)} % throughput, ${found.p99Ratio.toFixed(2)} × p99`);
    });
  }
}

async function runFailing(bench: Workbench, { failing }: Report): Promise<void> {
  await withStack('five', {}, async (stack, api) => {
    failing.push(await measureFailing(bench, stack, api, failingEndpoints(size)));
  });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
