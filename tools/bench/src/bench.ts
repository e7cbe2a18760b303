import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { orderOf } from './order.js';
import { baselineMs } from './plans.js';
import { plotOf } from './plot.js';
import { newReport, rowsOf, tablesOf } from './report.js';
import type { Figures } from './report.js';
import { scenarios } from './scenarios.js';
import { Stacks } from './stacks.js';
import { Workbench } from './workbench.js';

// By itself a signal runs no `exit` handlers, and those end the services. Not in child-process.ts: tests import it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
const args = process.argv.slice(2);
const order = orderOf(args);
// Where the files went is nobody else's business.
const shown = args.filter((arg) => !/^--(json|plot)/.test(arg));
const report = newReport(['npm run bench', ...(shown.length > 0 ? ['--', ...shown] : [])].join(' '));
const stacks = new Stacks();
const workbench = await Workbench.start(baselineMs[order.size]);
try {
  for (const name of order.scenarios) await run(name);
} finally {
  await stacks.stop();
  await workbench.stop();
}
process.stdout.write(`\n${tablesOf(report)}\n`);
if (order.json !== undefined) await write(order.json, `${JSON.stringify(report, null, 2)}\n`);
if (order.plot !== undefined) await write(order.plot, plotOf(report));

async function run<Name extends keyof Figures>(name: Name): Promise<void> {
  const begun = performance.now();
  const figures: Figures[Name][number][] = report[name];
  for await (const found of scenarios[name]({ workbench, stacks, size: order.size })) {
    figures.push(found);
    process.stderr.write(`${rowsOf({ ...newReport(report.command), [name]: [found] })}\n`);
  }
  // What one scenario leaves behind is not measured with the next, unless it is for a first look only.
  if (order.size === 'full') await stacks.stop();
  process.stderr.write(`${name}: ${Math.round((performance.now() - begun) / 1_000)} s\n`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  process.stderr.write(`${file} is written\n`);
}
