import { DELIVERY_REPLICAS_SUBJECT } from '@buildwire/contracts';
import type { ReplicaAlive } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { connect } from '@nats-io/transport-node';
import type { Stack } from './stack.js';

/** Resolves when so many replicas of delivery run and each knows how many they are: it has heard all others, and then itself. */
export async function acquainted({ nats: { url } }: Pick<Stack, 'nats'>, count: number): Promise<void> {
  const heard = new Map<string, number>();
  const nats = await connect({ servers: url });
  nats.subscribe(DELIVERY_REPLICAS_SUBJECT, {
    callback: (_, message) => {
      const { replicaId } = message.json<ReplicaAlive>();
      heard.set(replicaId, (heard.get(replicaId) ?? 0) + 1);
    },
  });
  await eventually(() => {
    const known = [...heard.values()].filter((times) => times >= 2);
    if (known.length < count) throw new Error(`${known.length} of ${count} replicas know each other`);
  });
  await nats.close();
}
