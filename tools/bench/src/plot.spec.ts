import { describe, expect, it } from 'vitest';
import { plotOf } from './plot.js';
import { newReport } from './report.js';
import type { Report } from './report.js';
import type { Throughput } from './throughput.js';

const load = { transport: 'nats', format: 'raw', deliveries: 100, warmUp: 10 } as const;
const found: Omit<Throughput, 'fanOut'> = {
  ...load,
  topology: 'five',
  perSecond: 2_000,
  ratio: 0.25,
  barePerSecond: 8_000,
  cpuMicrosPerDelivery: { matching: 100, delivery: 300, 'delivery-2': 20, 'nats-server': 90 },
  peakRssBytes: {},
  writtenBytesPerDelivery: 1_000,
  writtenBytesByProcess: {},
  windowMicros: { from: 0, to: 1 },
  logLagMs: 10,
};
const percentiles = { p50: 3, p95: 8, p99: 20, max: 41.5 };
const pace = { transport: 'nats', perSecond: 200, warmUpSeconds: 10, seconds: 30 } as const;
const latency = { ...pace, topology: 'five', events: 6_000, acceptedToReceiverMs: percentiles, dueToReceiverMs: percentiles, ackMs: percentiles, cpuMicrosPerEvent: { standalone: 2_000 } } as const;

const report: Report = {
  ...newReport('npm run bench -- <all> & "more"'),
  at: '2026-11-21T12:00:00.000Z',
  machine: { cpu: 'A & B', cores: 2, memoryGiB: 24, node: 'v20.20.2' },
  throughput: [1, 10, 100].map((fanOut) => ({ ...found, fanOut, syncInterval: '1s', target: fanOut === 1 ? 0.3 : null })),
  latency: [latency, { ...latency, acceptedToReceiverMs: { ...percentiles, p50: -1 } }],
  mixed: [{ apps: 10, events: 10, warmUp: 1, endpoints: 100, failing: 10, wellPerSecond: 100, troubledPerSecond: 95, throughputRatio: 0.95, waiting: 11 }],
  matching: [{ webhooks: 1_000_000, organizations: 10_000, events: 100, cpuMicrosPerEvent: 160, ratio: 1.1, rssBytes: 5e8, bytesPerWebhook: 300 }],
  start: [{ kind: 'again', readyMs: [2_900, 2_800], deliveredMs: [3_000, 3_900], targetMs: 4_000 }],
  soak: [{ minutes: 10, perSecond: 100, events: 100, deliveries: 180, webhooks: 19, waiting: 10, rssBytes: { standalone: 2e8 }, peakRssBytes: { standalone: 3e8 }, ratio: null }],
};

describe('a plot', () => {
  const svg = plotOf(report);

  it('is well-formed XML', () => {
    expect(unclosed(svg)).toEqual([]);
    expect(svg.replace(/<[^<>]*>/g, '').replace(/&(amp|lt|gt|quot);/g, '')).not.toMatch(/[<>&]/);
  });

  it('has a bar for each figure: its ratio, its CPU time, its latency', () => {
    const bars = [...svg.matchAll(/<g class="bar"><text[^>]*>([^<]*)</g)].map(([, label]) => label);
    const loads = [1, 10, 100].map((fanOut) => `five, nats, ×${fanOut}, raw`);
    expect(bars).toEqual([...loads, 'five, nats, 200/s', 'five, nats, 200/s', ...loads, 'a tenth of the endpoints fails', '1,000,000 webhooks', 'again', '10 minutes']);
    expect(svg).toContain('>200 MB<');
  });

  it('stacks the CPU time of all replicas of a stage', () => {
    expect(svg).toContain('>510 µs<');
    expect(svg).not.toContain('delivery-2');
  });

  it('marks targets where there are some', () => {
    expect([...svg.matchAll(/<line class="target"/g)]).toHaveLength(5);
  });

  it('has no width below nothing, and no figure that is none', () => {
    expect(svg).not.toMatch(/"-|NaN|Infinity/);
  });

  it('is the same for the same report, and readable in the dark', () => {
    expect(plotOf(structuredClone(report))).toBe(svg);
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});

/** The elements that are not closed, or not in order. */
function unclosed(xml: string): string[] {
  const open: string[] = [];
  for (const [tag, closing, name = ''] of xml.matchAll(/<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)\/?>/g)) {
    if (closing === '/') {
      if (open.pop() !== name) return [tag];
    } else if (!tag.endsWith('/>')) open.push(name);
  }
  return open;
}
