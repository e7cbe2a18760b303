import { cpus, totalmem } from 'node:os';
import type { Failing } from './failing.js';
import type { Isolation } from './isolation.js';
import type { Latency } from './latency.js';
import type { Matching } from './matching.js';
import type { Mixed } from './mixed.js';
import type { Model } from './model.js';
import type { Profile } from './profile.js';
import type { Replicas } from './replicas.js';
import { tables } from './report-tables.js';
import type { Table } from './report-tables.js';
import type { Retries } from './retries.js';
import type { Soak } from './soak.js';
import type { Start } from './start.js';
import type { SyncInterval } from './stack.js';
import type { Throughput } from './throughput.js';

/** What each scenario found. */
export interface Figures {
  throughput: (Throughput & { syncInterval: SyncInterval; target: number | null })[];
  latency: Latency[];
  isolation: Isolation[];
  mixed: Mixed[];
  retries: Retries[];
  matching: Matching[];
  failing: Failing[];
  model: Model[];
  replicas: Replicas[];
  profile: Profile[];
  start: Start[];
  soak: Soak[];
}

/** Everything that one run of the benchmark found. */
export interface Report extends Figures {
  command: string;
  at: string;
  machine: { cpu: string; cores: number; memoryGiB: number; node: string };
}

export function newReport(command: string): Report {
  const [cpu] = cpus();
  const machine = { cpu: cpu?.model ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 1024 ** 3), node: process.version };
  const none: Figures = { throughput: [], latency: [], isolation: [], mixed: [], retries: [], matching: [], failing: [], model: [], replicas: [], profile: [], start: [], soak: [] };
  return { command, at: new Date().toISOString(), machine, ...none };
}

/** The command, its day, and what it ran on. */
export function headOf({ machine, at, command }: Report): string {
  return `\`${command}\`, ${at.slice(0, 10)}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node ${machine.node.slice(1)}.`;
}

/** The figures as Markdown tables. */
export function tablesOf(report: Report): string {
  return [headOf(report), ...tables(report).filter(({ rows }) => rows.length > 0).map(markdownOf)].join('\n\n');
}

/** The same, as lines to read while more is measured. */
export function rowsOf(figures: Figures): string {
  const lines = tables(figures).flatMap(({ head, rows }) => rows.map((cells) => cells.map((cell, place) => `${head[place]} ${cell}`).join('; ')));
  return lines.join('\n');
}

function markdownOf({ title, head, rows }: Table): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`${title}:`, '', ...lines].join('\n');
}
