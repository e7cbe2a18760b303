import { deliveryRendered, lanes } from '@buildwire/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Stack } from './stack.js';

/** Deliveries that the senders were given and have not acknowledged: what is in flight. */
export async function unacknowledged({ nats }: Pick<Stack, 'nats'>): Promise<number> {
  const connection = await connect({ servers: nats.url });
  const { consumers } = await jetstreamManager(connection);
  const infos = await Promise.all(lanes.map((lane) => consumers.info(deliveryRendered.stream, `delivery-${lane}`)));
  await connection.close();
  return infos.reduce((sum, { num_ack_pending: pending }) => sum + pending, 0);
}
