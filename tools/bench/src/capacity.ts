/** What something costs: so much for each event, and so much for each of its deliveries. */
export interface Cost {
  perEvent: number;
  perDelivery: number;
}

/** What one deployment was measured to cost. */
export interface ModelInputs {
  /** By stage or server, µs of CPU. */
  cpuMicros: Record<string, Cost>;
  /** By stream. */
  messages: Record<string, Cost>;
  /** Written to the disk by one nats-server, for all streams. */
  natsBytes: Cost;
  walBytes: Cost;
  /** By which the database grows: events, deliveries and attempts with their indexes. */
  tableBytes: Cost;
}

/** What a rate asks for. */
export interface Capacity {
  deliveriesPerSecond: number;
  eventsPerSecond: number;
  /** By stage. */
  replicas: Record<string, number>;
  /** By server. */
  cores: Record<string, number>;
  natsMessagesPerSecond: number;
  /** Through the busiest stream's leader, in messages per second, and into how many streams that is to be cut. */
  busiestStream: { name: string; messagesPerSecond: number; partitions: number };
  natsBytesPerSecond: number;
  walBytesPerSecond: number;
  tableBytesPerDay: number;
}

/** Deliveries of an event on average: what a build's end is worth to its app's own service, a chat channel and a dashboard. */
export const FAN_OUT = 3;
/** Of the core that a Node process has for itself; the rest is for bursts and for what a lost replica leaves to the others. */
export const UTILISATION = 0.6;
/** Fewer would be none while one restarts. */
export const LEAST_REPLICAS = 2;
/** A guess to be replaced by a measurement on the cluster's own disks and network: what one leader of an R3 file stream acknowledges. */
export const LEADER_MESSAGES_PER_SECOND = 20_000;
export const RATES = [100, 1_000, 10_000, 100_000] as const;

const SERVERS = ['nats-server', 'postgres'];
const SECONDS_A_DAY = 86_400;

/** From what a delivery costs at two fan-outs: the more deliveries an event has, the less of its own cost each of them bears. */
export function costOf(few: { fanOut: number; perDelivery: number }, many: { fanOut: number; perDelivery: number }): Cost {
  const perEvent = Math.max(0, (few.perDelivery - many.perDelivery) / (1 / few.fanOut - 1 / many.fanOut));
  return { perEvent, perDelivery: Math.max(0, many.perDelivery - perEvent / many.fanOut) };
}

export function capacityFor(deliveriesPerSecond: number, inputs: ModelInputs): Capacity {
  const eventsPerSecond = deliveriesPerSecond / FAN_OUT;
  const perSecond = ({ perEvent, perDelivery }: Cost) => perEvent * eventsPerSecond + perDelivery * deliveriesPerSecond;
  const cores = Object.entries(inputs.cpuMicros).map(([name, cost]): [string, number] => [name, perSecond(cost) / 1e6]);
  const streams = Object.entries(inputs.messages).map(([name, cost]) => ({ name, messagesPerSecond: perSecond(cost) }));
  const busiest = streams.reduce((most, stream) => (stream.messagesPerSecond > most.messagesPerSecond ? stream : most), { name: '', messagesPerSecond: 0 });
  return {
    deliveriesPerSecond,
    eventsPerSecond,
    replicas: Object.fromEntries(cores.filter(([name]) => !SERVERS.includes(name)).map(([name, busy]) => [name, Math.max(LEAST_REPLICAS, Math.ceil(busy / UTILISATION))])),
    cores: Object.fromEntries(cores.filter(([name]) => SERVERS.includes(name))),
    natsMessagesPerSecond: streams.reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0),
    busiestStream: { ...busiest, partitions: Math.max(1, Math.ceil(busiest.messagesPerSecond / LEADER_MESSAGES_PER_SECOND)) },
    natsBytesPerSecond: perSecond(inputs.natsBytes),
    walBytesPerSecond: perSecond(inputs.walBytes),
    tableBytesPerDay: perSecond(inputs.tableBytes) * SECONDS_A_DAY,
  };
}
