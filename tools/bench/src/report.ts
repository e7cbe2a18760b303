import { cpus, totalmem } from 'node:os';
import type { Failing } from './failing.js';
import type { Isolation } from './isolation.js';
import type { Latency } from './latency.js';
import type { Percentiles } from './percentiles.js';
import type { Throughput } from './throughput.js';

/** Everything that one run of the benchmark found. */
export interface Report {
  command: string;
  at: string;
  machine: { cpu: string; cores: number; memoryGiB: number; node: string };
  throughput: (Throughput & { syncInterval: string })[];
  latency: Latency[];
  isolation: Isolation[];
  failing: Failing[];
}

export function newReport(command: string): Report {
  const [cpu] = cpus();
  const machine = { cpu: cpu?.model ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 1024 ** 3), node: process.version };
  return { command, at: new Date().toISOString(), machine, throughput: [], latency: [], isolation: [], failing: [] };
}

/** The figures as Markdown tables. */
export function tablesOf({ throughput, latency, isolation, failing, machine, at, command }: Report): string {
  const head = `\`${command}\`, ${at.slice(0, 10)}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node ${machine.node.slice(1)}.`;
  const tables = [
    table(['stack', 'ingested by', 'fan-out', 'format', 'sync', 'deliveries/s', 'bare loop/s', 'ratio', 'CPU µs/delivery', 'written B/delivery', 'peak MB', 'log lag ms'], throughput.map(throughputRow)),
    table(['stack', 'ingested by', 'events/s', 'accepted → receiver p50 / p95 / p99 / max ms', 'due → receiver ms', 'acknowledgement ms'], latency.map(latencyRow)),
    table(['trouble', 'events/s', 'others’ throughput', 'others’ p99 idle → troubled ms', 'ratio'], isolation.map(isolationRow)),
    table(['failing endpoints', 'delivery before MB', 'after MB', 'event loop lag p99 ms'], failing.map(failingRow)),
  ];
  return [head, ...tables.filter((text) => text !== '')].join('\n\n');
}

function throughputRow(found: Report['throughput'][number]): string[] {
  const { topology, transport, fanOut, format, syncInterval, perSecond, barePerSecond, ratio, cpuMicrosPerDelivery, writtenBytesPerDelivery, peakRssBytes, logLagMs } = found;
  const cpu = Object.entries(cpuMicrosPerDelivery).map(([name, micros]) => `${name} ${Math.round(micros)}`).join(', ');
  const peak = Object.entries(peakRssBytes).map(([name, bytes]) => `${name} ${Math.round(bytes / 1e6)}`).join(', ');
  return [topology, transport, String(fanOut), format, syncInterval, whole(perSecond), whole(barePerSecond), ratio.toFixed(2), cpu, whole(writtenBytesPerDelivery), peak, whole(logLagMs)];
}

function latencyRow({ topology, transport, perSecond, acceptedToReceiverMs, dueToReceiverMs, ackMs }: Latency): string[] {
  return [topology, transport, String(perSecond), shown(acceptedToReceiverMs), shown(dueToReceiverMs), shown(ackMs)];
}

function isolationRow({ name, perSecond, throughputRatio, idle, troubled, p99Ratio }: Isolation): string[] {
  const p99s = `${idle.latencyMs.p99} → ${troubled.latencyMs.p99}`;
  return [name, String(perSecond), `${Math.round(throughputRatio * 100)} %`, p99s, p99Ratio.toFixed(2)];
}

function failingRow({ endpoints, rssBeforeBytes, rssAfterBytes, loopLagP99Ms }: Failing): string[] {
  return [whole(endpoints), whole(rssBeforeBytes / 1e6), whole(rssAfterBytes / 1e6), whole(loopLagP99Ms)];
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function shown({ p50, p95, p99, max }: Percentiles): string {
  return `${p50} / ${p95} / ${p99} / ${max}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
