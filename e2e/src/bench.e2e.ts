import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@buildwire/testing';
import { beforeAll, describe, expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../../tools/bench/dist/bench.js', import.meta.url));
const LIMIT_MS = 420_000;

type Found = Record<string, unknown>;

/** Every scenario in a tiny size. Each has checked that nothing is lost and nothing sent twice before it gave a figure. */
describe('the benchmark', () => {
  let report: Record<string, Found[]>;
  let tables: string;
  let plot: string;
  beforeAll(async () => {
    const folder = await temporaryFolder('bench-report');
    const [json, svg] = [`${folder.path}/report.json`, `${folder.path}/plot.svg`];
    tables = (await promisify(execFile)(process.execPath, [BENCH, '--smoke', `--json=${json}`, `--plot=${svg}`], { timeout: LIMIT_MS })).stdout;
    report = JSON.parse(await readFile(json, 'utf8')) as typeof report;
    plot = await readFile(svg, 'utf8');
    await folder.remove();
  }, LIMIT_MS);

  it('comes by every transport, with every fan-out and format', () => {
    const loads = report['throughput']?.map(({ transport, fanOut, format, syncInterval }) => [transport, fanOut, format, syncInterval].join(' '));
    expect(loads).toEqual(['nats 1 raw 1s', 'nats 10 raw 1s', 'nats 100 raw 1s', 'grpc 1 raw 1s', 'http 1 raw 1s', 'nats 10 slack 1s', 'nats 10 raw always']);
    expect(report['throughput']?.every(({ perSecond, ratio }) => Number(perSecond) > 0 && Number(ratio) > 0)).toBe(true);
    expect(report['latency']?.map(({ topology, transport }) => `${topology} ${transport}`)).toEqual(['five nats', 'five grpc', 'five http']);
    expect(tables).toContain('| standalone | nats | 10 | raw | 1s |');
  });

  it('makes trouble: endpoints that hang, that fail, a flood, retries that are due', () => {
    expect(report['isolation']).toHaveLength(2);
    expect(report['mixed']).toMatchObject([{ endpoints: 20, failing: 2, waiting: 30 }]);
    expect(report['failing']).toMatchObject([{ endpoints: 100 }]);
    expect(report['retries']).toMatchObject([{ due: 300, idle: { events: 100 }, beside: { events: 100 } }]);
  });

  it('grows: more webhooks, more replicas', () => {
    expect(report['matching']?.map(({ webhooks }) => webhooks)).toEqual([100, 1_000]);
    expect(report['replicas']).toMatchObject([{ replicas: 2, deliveries: 500 }]);
  });

  it('says where the time goes, and what other rates would take', () => {
    const stages = expect.arrayContaining(['ingestion', 'matching', 'rendering', 'delivery', 'delivery-log'].map((stage) => expect.objectContaining({ stage, byCause: expect.any(Object) })));
    expect(report['profile']).toMatchObject([{ fanOut: 1, stages }, { fanOut: 10, stages }]);
    expect(report['model']).toMatchObject([{ capacities: [100, 1_000, 10_000, 100_000].map((deliveriesPerSecond) => ({ deliveriesPerSecond })) }]);
  });

  it('starts as a person starts it, on nothing and on what was there', () => {
    expect(report['start']).toMatchObject([{ kind: 'first', deliveredMs: [expect.any(Number)] }, { kind: 'again', deliveredMs: [expect.any(Number)] }]);
  });

  it('goes on for as long as it is asked to', () => {
    expect(report['soak']).toMatchObject([
      { deliveries: 90, waiting: 5, webhooks: 19, ratio: null, rssBytes: { standalone: expect.any(Number) } },
      { deliveries: 180, waiting: 10, webhooks: 38, ratio: expect.any(Number), rssBytes: { standalone: expect.any(Number) } },
    ]);
  });

  it('draws a plot with a bar for each load', () => {
    const bars = [...plot.matchAll(/<g class="bar">/g)].length;
    expect(bars).toBeGreaterThanOrEqual((report['throughput']?.length ?? 0) * 2 + (report['latency']?.length ?? 0));
  });
});
