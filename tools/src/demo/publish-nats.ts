import { ingestSubject, publishedEvent } from '@buildwire/contracts';
import type { EventInput } from '@buildwire/contracts';
import { connect } from '@nats-io/transport-node';

const TIMEOUT_MS = 10_000;

/** Publishes one event as a NATS request and gives the acknowledged id. */
export async function publishByNats(url: string, organizationId: string, event: EventInput): Promise<string> {
  const nats = await connect({ servers: url, name: 'buildwire-demo', reconnect: false, timeout: TIMEOUT_MS });
  try {
    const reply = await nats.request(ingestSubject(organizationId), JSON.stringify(event), { timeout: TIMEOUT_MS });
    return publishedEvent.parse(reply.json()).id;
  } finally {
    await nats.close();
  }
}
