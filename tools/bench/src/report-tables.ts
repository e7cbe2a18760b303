import { FAN_OUT, LEADER_MESSAGES_PER_SECOND, UTILISATION } from './capacity.js';
import type { Cost } from './capacity.js';
import { percentilesOf } from './percentiles.js';
import type { Percentiles } from './percentiles.js';
import { causes } from './profile-causes.js';
import type { Figures } from './report.js';

export interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

/** One for each kind of figures, in the order of the scenarios. */
export function tables(figures: Figures): Table[] {
  return [throughput(figures), latency(figures), isolation(figures), mixed(figures), retries(figures), matching(figures), failing(figures), ...model(figures), replicas(figures), ...profiles(figures), start(figures), soak(figures)];
}

function throughput({ throughput }: Figures): Table {
  return {
    title: 'Throughput',
    head: ['stack', 'ingested by', 'fan-out', 'format', 'sync', 'deliveries/s', 'bare loop/s', 'ratio', 'target', 'CPU µs/delivery', 'written B/delivery', 'peak MB', 'log lag ms'],
    rows: throughput.map((found) => [
      ...[found.topology, found.transport, String(found.fanOut), found.format, found.syncInterval, whole(found.perSecond), whole(found.barePerSecond), found.ratio.toFixed(2), String(found.target ?? '')],
      ...[named(found.cpuMicrosPerDelivery), whole(found.writtenBytesPerDelivery), named(found.peakRssBytes, 1e6), whole(found.logLagMs)],
    ]),
  };
}

function latency({ latency }: Figures): Table {
  return {
    title: 'Latency, p50 / p95 / p99 / max ms',
    head: ['stack', 'ingested by', 'events/s', 'accepted → receiver', 'its turn → receiver', 'its turn → acknowledgement', 'CPU µs/event'],
    rows: latency.map((found) => [found.topology, found.transport, String(found.perSecond), shown(found.acceptedToReceiverMs), shown(found.dueToReceiverMs), shown(found.ackMs), named(found.cpuMicrosPerEvent)]),
  };
}

function isolation({ isolation }: Figures): Table {
  return {
    title: 'Isolation',
    head: ['trouble', 'events/s', 'others’ throughput', 'others’ p99 without → with, ms', 'ratio'],
    rows: isolation.map(({ name, perSecond, throughputRatio, idle, troubled, p99Ratio }) => [name, String(perSecond), percent(throughputRatio), `${idle.latencyMs.p99} → ${troubled.latencyMs.p99}`, p99Ratio.toFixed(2)]),
  };
}

function mixed({ mixed }: Figures): Table {
  return {
    title: 'A tenth of the endpoints fails',
    head: ['endpoints', 'failing', 'to the others without → with, deliveries/s', 'others’ throughput', 'waiting in the log'],
    rows: mixed.map((found) => [whole(found.endpoints), whole(found.failing), `${whole(found.wellPerSecond)} → ${whole(found.troubledPerSecond)}`, percent(found.throughputRatio), whole(found.waiting)]),
  };
}

function retries({ retries }: Figures): Table {
  return {
    title: 'New events beside due retries',
    head: ['due', 'of webhooks', 'events/s', 'accepted → receiver without, p50 / p95 / p99 / max ms', 'with', 'p99 ratio', 'released meanwhile'],
    rows: retries.map(({ due, webhooks, idle, beside, p99Ratio, released }) => [whole(due), whole(webhooks), String(idle.perSecond), shown(idle.acceptedToReceiverMs), shown(beside.acceptedToReceiverMs), p99Ratio.toFixed(2), whole(released)]),
  };
}

function matching({ matching }: Figures): Table {
  return {
    title: 'Matching at scale',
    head: ['webhooks', 'organizations', 'CPU µs/event', 'ratio', 'memory MB', 'bytes for each more webhook'],
    rows: matching.map((found) => [whole(found.webhooks), whole(found.organizations), whole(found.cpuMicrosPerEvent), found.ratio.toFixed(2), whole(found.rssBytes / 1e6), found.bytesPerWebhook === null ? '' : whole(found.bytesPerWebhook)]),
  };
}

function failing({ failing }: Figures): Table {
  return {
    title: 'Endpoints that fail, each once',
    head: ['failing endpoints', 'delivery before MB', 'after MB', 'event loop lag p99 ms, endpoints well → failing'],
    rows: failing.map(({ endpoints, rssBeforeBytes, rssAfterBytes, wellLagP99Ms, loopLagP99Ms }) => [whole(endpoints), whole(rssBeforeBytes / 1e6), whole(rssAfterBytes / 1e6), `${whole(wellLagP99Ms)} → ${whole(loopLagP99Ms)}`]),
  };
}

function model({ model }: Figures): Table[] {
  return model.flatMap(({ inputs, capacities }) => [
    {
      title: 'Costs',
      head: ['of', 'for each event', 'for each delivery'],
      rows: [
        ...Object.entries(inputs.cpuMicros).map(([name, cost]) => costRow(`${name}, CPU µs`, cost, whole)),
        ...Object.entries(inputs.messages).map(([name, cost]) => costRow(`${name}, messages`, cost, (count) => count.toFixed(2))),
        ...[costRow('nats-server, written B', inputs.natsBytes, whole), costRow('Postgres, WAL B', inputs.walBytes, whole), costRow('Postgres, kept B', inputs.tableBytes, whole)],
      ],
    },
    {
      title: `Capacity, ${FAN_OUT} deliveries to an event, replicas ${percent(UTILISATION)} busy, ${whole(LEADER_MESSAGES_PER_SECOND)} messages/s to a stream's leader`,
      head: ['deliveries/s', 'replicas', 'cores of servers', 'NATS messages/s', 'busiest stream', 'its partitions', 'NATS MB/s', 'WAL MB/s', 'log GB/day'],
      rows: capacities.map((found) => [
        ...[whole(found.deliveriesPerSecond), named(found.replicas), Object.entries(found.cores).map(([name, cores]) => `${name} ${cores.toFixed(1)}`).join(', '), whole(found.natsMessagesPerSecond)],
        ...[found.busiestStream.name, String(found.busiestStream.partitions), (found.natsBytesPerSecond / 1e6).toFixed(1), (found.walBytesPerSecond / 1e6).toFixed(1), whole(found.tableBytesPerDay / 1e9)],
      ]),
    },
  ]);
}

function replicas({ replicas }: Figures): Table {
  return {
    title: 'Scaling out',
    head: ['replicas of each stage', 'fan-out', 'deliveries/s', 'ratio', 'CPU µs/delivery by stage', 'replicas at work'],
    rows: replicas.map((found) => [String(found.replicas), String(found.fanOut), whole(found.perSecond), found.ratio.toFixed(2), named(found.cpuMicrosPerDelivery), named(found.working)]),
  };
}

function profiles({ profile }: Figures): Table[] {
  return profile.map(({ fanOut, perSecond, stages }) => ({
    title: `CPU µs/delivery by cause, fan-out ${fanOut}, ${whole(perSecond)} deliveries/s while profiled`,
    head: ['stage', 'all', ...causes],
    rows: [
      ...stages.map(({ stage, cpuMicrosPerDelivery, byCause }) => [stage, whole(cpuMicrosPerDelivery), ...causes.map((cause) => (byCause === undefined ? '' : whole(byCause[cause])))]),
      ['all', whole(sum(stages.map(({ cpuMicrosPerDelivery }) => cpuMicrosPerDelivery))), ...causes.map((cause) => whole(sum(stages.map(({ byCause }) => byCause?.[cause] ?? 0))))],
    ],
  }));
}

function start({ start }: Figures): Table {
  const inMs = (tries: number[]) => {
    const { p50, max } = percentilesOf(tries);
    return `${whole(p50)} / ${whole(max)}`;
  };
  return {
    title: '`npm start` to the first delivered webhook',
    head: ['start', 'tries', 'to the banner, median / max ms', 'to the receiver, median / max ms', 'target ms'],
    rows: start.map(({ kind, readyMs, deliveredMs, targetMs }) => [kind, String(readyMs.length), inMs(readyMs), inMs(deliveredMs), whole(targetMs)]),
  };
}

function soak({ soak }: Figures): Table {
  return {
    title: 'Hours of steady load',
    head: ['minutes', 'events/s', 'events', 'deliveries', 'webhooks come and gone', 'put off to the next day', 'median MB', 'peak MB of standalone', 'median, of the second row’s'],
    rows: soak.map((found) => [
      ...[whole(found.minutes), String(found.perSecond), whole(found.events), whole(found.deliveries), whole(found.webhooks), whole(found.waiting)],
      ...[named(found.rssBytes, 1e6), whole((found.peakRssBytes['standalone'] ?? Number.NaN) / 1e6), found.ratio?.toFixed(2) ?? ''],
    ]),
  };
}

function costRow(name: string, { perEvent, perDelivery }: Cost, show: (value: number) => string): string[] {
  return [name, show(perEvent), show(perDelivery)];
}

const shown = ({ p50, p95, p99, max }: Percentiles) => `${p50} / ${p95} / ${p99} / ${max}`;
const named = (values: Record<string, number>, unit = 1) => Object.entries(values).map(([name, value]) => `${name} ${whole(value / unit)}`).join(', ');
const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const percent = (share: number) => `${Math.round(share * 100)} %`;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
