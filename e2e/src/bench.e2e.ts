import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@buildwire/testing';
import { expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../../tools/bench/dist/bench.js', import.meta.url));

it('the benchmark sees every delivery at the receiver and in the log before it shows a figure', { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder('bench-report');
  const json = `${folder.path}/report.json`;
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, 'throughput', '--smoke', `--json=${json}`]);
  const { throughput } = JSON.parse(await readFile(json, 'utf8')) as { throughput: { fanOut: number; perSecond: number; ratio: number }[] };
  await folder.remove();
  expect(throughput.map(({ fanOut }) => fanOut)).toEqual([1, 10]);
  expect(throughput.every(({ perSecond, ratio }) => perSecond > 0 && ratio > 0)).toBe(true);
  expect(stdout).toContain('| standalone | nats | 10 | raw |');
});
