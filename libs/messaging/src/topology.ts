import { allConsumers, streams } from '@buildwire/contracts';
import type { ConsumerDefinition, StreamDefinition } from '@buildwire/contracts';
import { AckPolicy, DeliverPolicy, DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { ConsumerConfig, JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';

const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;

/** How long a message may be worked on without a sign of life before another replica gets it. Signs are sent every third of it. */
export const ACK_WAIT_MS = 30_000;
/** The most messages that all replicas of one consumer hold unacknowledged. */
export const MAX_ACK_PENDING = 16_000;

/** What an operator decides about the streams. */
export interface StreamSettings {
  /** Copies of each stream in the cluster. */
  replicas: number;
  /** The most bytes that each stream holds; its own default if absent. */
  streamMaxBytes?: number | undefined;
}

/**
 * Creates the streams and all consumers, or brings them up to date. Consumers of every service are made here, because a
 * stream with interest retention drops what no consumer waits for. Safe to run from several services at once.
 */
export async function ensureTopology(manager: JetStreamManager, settings: StreamSettings): Promise<void> {
  for (const stream of Object.values(streams)) await ensureStream(manager, stream, settings);
  for (const consumer of allConsumers) await ensureConsumer(manager, consumer);
}

async function ensureStream(manager: JetStreamManager, stream: StreamDefinition, { replicas, streamMaxBytes = stream.maxBytes }: StreamSettings): Promise<void> {
  const config: Partial<StreamConfig> = {
    subjects: [...stream.subjects],
    retention: stream.retention === 'interest' ? RetentionPolicy.Interest : RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: streamMaxBytes,
    duplicate_window: nanos(stream.duplicateWindowMs),
    num_replicas: replicas,
    allow_direct: true,
  };
  const exists = await found(manager.streams.info(stream.name), STREAM_NOT_FOUND);
  if (!exists) await manager.streams.add({ name: stream.name, ...config });
  else await manager.streams.update(stream.name, config);
}

async function ensureConsumer(manager: JetStreamManager, consumer: ConsumerDefinition): Promise<void> {
  const config: Partial<ConsumerConfig> = {
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ACK_WAIT_MS),
    max_deliver: -1,
    max_ack_pending: MAX_ACK_PENDING,
    ...(consumer.filters.length === 1 ? { filter_subject: consumer.filters[0] ?? '' } : { filter_subjects: [...consumer.filters] }),
  };
  const exists = await found(manager.consumers.info(consumer.stream, consumer.durable), CONSUMER_NOT_FOUND);
  if (!exists) await manager.consumers.add(consumer.stream, { durable_name: consumer.durable, ...config });
  else await manager.consumers.update(consumer.stream, consumer.durable, config);
}

async function found(info: Promise<unknown>, missingCode: number): Promise<boolean> {
  try {
    await info;
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === missingCode) return false;
    throw error;
  }
}
