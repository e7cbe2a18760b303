import { allConsumers, pipeline } from '@buildwire/contracts';
import type { ConsumerDefinition, ServiceName, StreamName } from '@buildwire/contracts';
import type { ConsumerInfo, JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { Logger } from '@nestjs/common';
import type { Broker } from './broker.js';
import { strandedMessages } from './metrics.js';
import { StreamPublish } from './stream-publish.js';

const LOOK_MS = 15_000;
const PUBLISH_MS = 5_000;

/**
 * Finds messages that are stored and will never be delivered, because their consumers have gone past them, and publishes them
 * again. It should not happen, and has: nats-server 2.14.0 passed by four messages of a benchmark's, for good. Their records come
 * late, and once more if they had been worked on after all. ADR 19.
 */
export class StrandedMessages {
  private readonly logger = new Logger('StrandedMessages');
  private readonly publish: StreamPublish;
  private readonly streams: readonly StreamName[];
  /** By stream, up to which sequence each consumer had gone past everything at the last look. */
  private readonly passed = new Map<StreamName, Map<ConsumerDefinition, number>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly broker: Broker,
    services: readonly ServiceName[],
  ) {
    this.publish = new StreamPublish(broker);
    const consumers = services.flatMap((service): readonly ConsumerDefinition[] => pipeline[service].consumes);
    this.streams = [...new Set(consumers.map(({ stream }) => stream))];
  }

  start(): void {
    this.timer = setInterval(() => void this.turn(), LOOK_MS).unref();
  }

  /** Resolves when the look under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** What two looks in a row find passed by is published again. Rejects while the broker is away; the next look goes on. */
  async look(): Promise<void> {
    const manager = await this.broker.manager();
    for (const stream of this.streams) await this.lookInto(manager, stream);
  }

  private async turn(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    await this.looking.catch((error: unknown) => this.logger.debug(`put off: ${String(error)}`));
  }

  private async lookInto(manager: JetStreamManager, stream: StreamName): Promise<void> {
    const before = this.passed.get(stream) ?? new Map<ConsumerDefinition, number>();
    const now = await passedIn(manager, stream);
    this.passed.set(stream, now);
    const isStranded = ({ seq, subject }: StoredMsg) =>
      [...now].every(([consumer, passed]) => !takes(consumer, subject) || seq <= Math.min(passed, before.get(consumer) ?? 0));
    for (const filter of waysInto(stream)) {
      const oldest = (from: number): Promise<StoredMsg | null> => manager.direct.getMessage(stream, { seq: from, next_by_subj: filter });
      for (let message = await oldest(1); message !== null && isStranded(message); message = await oldest(message.seq + 1)) await this.rescue(manager, stream, message);
    }
  }

  private async rescue(manager: JetStreamManager, stream: StreamName, { seq, subject, data, time }: StoredMsg): Promise<void> {
    // Of replicas that do it together, the stream takes one.
    await this.publish.send(subject, data, { messageId: `stranded.${stream}.${seq}`, stream, timeoutMs: PUBLISH_MS });
    await manager.streams.deleteMessage(stream, seq, false);
    strandedMessages.inc({ stream });
    this.logger.warn(`message ${seq} of ${stream}, stored at ${time.toISOString()}, was passed by and is published again`);
  }
}

/** The filters that lead to the oldest messages: `>` too, since the server's index of subjects, by which it passed one by, may not lead to it. */
function waysInto(stream: StreamName): Set<string> {
  return new Set(['>', ...consumersOf(stream).flatMap(({ filters }) => filters)]);
}

async function passedIn(manager: JetStreamManager, stream: StreamName): Promise<Map<ConsumerDefinition, number>> {
  // Before the consumers are asked: what comes later they need not have seen.
  const { state } = await manager.streams.info(stream);
  const passed = consumersOf(stream).map(async (consumer) => [consumer, passedBy(await manager.consumers.info(stream, consumer.durable), state.last_seq)] as const);
  return new Map(await Promise.all(passed));
}

/** A consumer that has nothing in hand, and is asked for more, has seen all there is, unless an operator has paused it. */
function passedBy({ ack_floor, num_ack_pending, num_waiting, paused }: ConsumerInfo, lastSequence: number): number {
  return num_ack_pending === 0 && num_waiting > 0 && paused !== true ? lastSequence : ack_floor.stream_seq;
}

function consumersOf(stream: StreamName): ConsumerDefinition[] {
  return allConsumers.filter((consumer) => consumer.stream === stream);
}

function takes({ filters }: ConsumerDefinition, subject: string): boolean {
  const tokens = subject.split('.');
  return filters.some((filter) => filter.split('.').every((token, index) => token === '*' || token === tokens[index]));
}
