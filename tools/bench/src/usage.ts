import { readFileSync, readdirSync } from 'node:fs';

/** What processes have used since they began. */
export interface Usage {
  /** By name, in microseconds of user and system time. */
  cpuMicros: Record<string, number>;
  /** By name, now. */
  rssBytes: Record<string, number>;
  /** By name, sent to the disk. */
  writtenBytes: Record<string, number>;
}

const MICROS_PER_TICK = 10_000;
const PAGE_BYTES = 4_096;
/** In `/proc/<pid>/stat`, counted after the name in parentheses. */
const FIELD = { parent: 1, userTicks: 11, systemTicks: 12, childrenUserTicks: 13, childrenSystemTicks: 14, rssPages: 21 };

interface Process {
  pid: number;
  name: string;
  fields: number[];
}

/** The named processes, and below them every nats-server and Postgres, which count under these names. Linux only. */
export function usageOf(pids: Record<string, number>, ours = process.pid): Usage {
  const all = processes();
  const named = new Map(Object.entries(pids).map(([name, pid]) => [pid, name]));
  const usage: Usage = { cpuMicros: {}, rssBytes: {}, writtenBytes: {} };
  for (const each of all.values()) {
    const name = named.get(each.pid) ?? (isBelow(each, all, new Set([...named.keys(), ours])) ? serverName(each.name) : undefined);
    if (name === undefined) continue;
    // Postgres' processes come and go, and their parent keeps the sum of those that went.
    const gone = name === 'postgres' ? field(each, 'childrenUserTicks') + field(each, 'childrenSystemTicks') : 0;
    add(usage.cpuMicros, name, (field(each, 'userTicks') + field(each, 'systemTicks') + gone) * MICROS_PER_TICK);
    add(usage.rssBytes, name, field(each, 'rssPages') * PAGE_BYTES);
    add(usage.writtenBytes, name, writtenBy(each.pid));
  }
  return usage;
}

/** What each process has used more, by name. */
export function between(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, amount]) => [name, amount - (before[name] ?? 0)]));
}

export function mapValues(record: Record<string, number>, of: (value: number, name: string) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value, name)]));
}

export function sumOf(record: Record<string, number>): number {
  return Object.values(record).reduce((sum, value) => sum + value, 0);
}

/** The replicas of a stage count as one. */
export function byStage(record: Record<string, number>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, value] of Object.entries(record)) add(sums, stageOf(name), value);
  return sums;
}

/** `matching-2` is a replica of `matching`. */
export function stageOf(process: string): string {
  return process.replace(/-\d+$/, '');
}

function processes(): Map<number, Process> {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number);
  return new Map(pids.flatMap((pid) => (statOf(pid) ?? []).map((stat) => [pid, stat] as const)));
}

function statOf(pid: number): Process[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
    return [{ pid, name: text.slice(open + 1, close), fields: text.slice(close + 2).split(' ').map(Number) }];
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

function isBelow(process: Process, all: Map<number, Process>, roots: Set<number>): boolean {
  for (let parent = all.get(field(process, 'parent')); parent !== undefined; parent = all.get(field(parent, 'parent'))) {
    if (roots.has(parent.pid)) return true;
  }
  return false;
}

function serverName(name: string): string | undefined {
  if (name.startsWith('nats-server')) return 'nats-server';
  return name.startsWith('postgres') ? 'postgres' : undefined;
}

function writtenBy(pid: number): number {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function field(process: Process, name: keyof typeof FIELD): number {
  return process.fields[FIELD[name]] ?? 0;
}

function add(sums: Record<string, number>, name: string, value: number): void {
  sums[name] = (sums[name] ?? 0) + value;
}
