import { eventAccepted, messageDeadLettered } from '@buildwire/contracts';
import type { EventAccepted, MessageContract, MessageDeadLettered, Routed } from '@buildwire/contracts';
import { recordsOf } from '@buildwire/messaging';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** What lies in the streams, which nobody consumes here. */
export interface Streams {
  /** A producer's connection. */
  nats: NatsConnection;
  accepted(): Promise<EventAccepted[]>;
  deadLetters(): Promise<MessageDeadLettered[]>;
  purge(): Promise<void>;
  close(): Promise<void>;
}

/** Looks into the streams from outside. */
export async function openStreams(url: string): Promise<Streams> {
  const nats = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await jetstreamManager(nats, { checkAPI: false });
  return {
    nats,
    accepted: () => recordsIn(manager, eventAccepted),
    deadLetters: () => recordsIn(manager, messageDeadLettered),
    purge: async () => {
      await manager.streams.purge('BUILDWIRE_EVENTS');
      await manager.streams.purge('BUILDWIRE_DEAD_LETTERS');
    },
    close: () => nats.close(),
  };
}

/** In the stream's order. */
async function recordsIn<Record extends Routed>(manager: JetStreamManager, contract: MessageContract<string, Record>): Promise<Record[]> {
  const { stream } = contract;
  const { state } = await manager.streams.info(stream);
  const records: Record[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message !== null) records.push(...recordsOf(contract, message.data));
  }
  return records;
}
