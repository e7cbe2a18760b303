import { percentilesOf } from './percentiles.js';
import type { Percentiles } from './percentiles.js';
import type { Figures } from './report.js';
import { byStage } from './usage.js';

/** A bar: its parts one after the other, what it is to reach or not to pass, and what is said beside it. */
export interface Row {
  label: string;
  parts: { name: string; value: number }[];
  target?: number;
  note: string;
}

export interface Panel {
  title: string;
  rows: Row[];
}

/** What a run has to show; each figure has its bar. */
export function plottedRows(figures: Figures): Panel[] {
  return [
    { title: 'Deliveries per second, of a bare loop’s (line: at least)', rows: [...throughputRows(figures), ...replicasRows(figures)] },
    { title: 'Accepted → receiver, ms: up to p50, p95 and p99', rows: latencyRows(figures) },
    { title: 'CPU µs for each delivery', rows: cpuRows(figures) },
    { title: 'Throughput of the others beside trouble (line: at least)', rows: othersRows(figures) },
    { title: 'p99 beside trouble, of that without (line: at most)', rows: p99Rows(figures) },
    { title: 'CPU of matching for each event, of that with the fewest webhooks (line: at most)', rows: figures.matching.map(({ webhooks, ratio }) => row(`${count(webhooks)} webhooks`, ratio, 1.3)) },
    { title: 'Event loop lag p99 of delivery, ms (line: at most)', rows: figures.failing.map(({ endpoints, loopLagP99Ms }) => row(`${count(endpoints)} endpoints fail`, loopLagP99Ms, 50)) },
    { title: 'From npm start to the first delivered webhook, s, median (line: at most)', rows: figures.start.map(({ kind, deliveredMs, targetMs }) => row(kind, percentilesOf(deliveredMs).p50 / 1_000, targetMs / 1_000)) },
    { title: 'Memory of standalone, MB, median of each stretch (line: at most)', rows: figures.soak.map(({ minutes, rssBytes }) => memoryRow(minutes, rssBytes['standalone'] ?? 0)) },
  ];
}

function throughputRows({ throughput }: Figures): Row[] {
  return throughput.map((found) => ({ ...row(loadOf(found), found.ratio, found.target ?? undefined), note: rateOf(found) }));
}

function replicasRows({ replicas }: Figures): Row[] {
  return replicas.map((found) => ({ ...row(`${found.replicas} of each stage, ×${found.fanOut}`, found.ratio), note: rateOf(found) }));
}

function othersRows({ isolation, mixed }: Figures): Row[] {
  return [...isolation.map(({ name, throughputRatio }) => row(name, throughputRatio, 0.9)), ...mixed.map(({ throughputRatio }) => row('a tenth of the endpoints fails', throughputRatio, 0.9))];
}

function p99Rows({ isolation, retries }: Figures): Row[] {
  return [...isolation.map(({ name, p99Ratio }) => row(name, p99Ratio, 2)), ...retries.map(({ due, p99Ratio }) => row(`${count(due)} retries due`, p99Ratio, 2))];
}

function latencyRows({ latency, retries }: Figures): Row[] {
  return [
    ...latency.map(({ topology, transport, perSecond, acceptedToReceiverMs }) => percentilesRow(`${topology}, ${transport}, ${perSecond}/s`, acceptedToReceiverMs)),
    ...retries.flatMap(({ due, idle, beside }) => [percentilesRow('no retries due', idle.acceptedToReceiverMs), percentilesRow(`${count(due)} retries due`, beside.acceptedToReceiverMs)]),
  ];
}

function cpuRows({ throughput, profile }: Figures): Row[] {
  return [
    ...throughput.map((found) => cpuRow(loadOf(found), byStage(found.cpuMicrosPerDelivery))),
    ...profile.map(({ fanOut, stages }) => cpuRow(`profiled, ×${fanOut}`, Object.fromEntries(stages.map(({ stage, cpuMicrosPerDelivery }) => [stage, cpuMicrosPerDelivery])))),
  ];
}

function cpuRow(label: string, byName: Record<string, number>): Row {
  const parts = Object.entries(byName).map(([name, value]) => ({ name, value }));
  return { label, parts, note: `${count(parts.reduce((sum, { value }) => sum + value, 0))} µs` };
}

function percentilesRow(label: string, { p50, p95, p99, max }: Percentiles): Row {
  // The acknowledgement may be the later of the two.
  const parts = [
    { name: 'p50', value: Math.max(0, p50) },
    { name: 'p95', value: Math.max(0, p95) - Math.max(0, p50) },
    { name: 'p99', value: Math.max(0, p99) - Math.max(0, p95) },
  ];
  return { label, parts, note: `${p50} / ${p95} / ${p99}, max ${max}` };
}

function memoryRow(minutes: number, bytes: number): Row {
  return { ...row(`${count(minutes)} minutes`, bytes / 1e6, 300), note: `${count(bytes / 1e6)} MB` };
}

function row(label: string, value: number, target?: number): Row {
  return { label, parts: [{ name: 'value', value }], ...(target === undefined ? {} : { target }), note: value.toFixed(2) };
}

function loadOf({ topology, transport, fanOut, format, syncInterval }: Figures['throughput'][number]): string {
  return `${topology}, ${transport}, ×${fanOut}, ${format}${syncInterval === 'always' ? ', sync always' : ''}`;
}

const rateOf = ({ ratio, perSecond }: { ratio: number; perSecond: number }) => `${ratio.toFixed(2)} ×, ${count(perSecond)}/s`;
const count = (value: number) => Math.round(value).toLocaleString('en-US');
