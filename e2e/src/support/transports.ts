import { eventToProto, ingestSubject, protoLoaderOptions, protoPath } from '@buildwire/contracts';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { connect } from '@nats-io/transport-node';
import type { Stack } from './stack.js';

const DEADLINE_MS = 10_000;
const { events, includeDir } = protoPath();
const service = loadSync(events, { ...protoLoaderOptions, includeDirs: [includeDir] })['buildwire.events.v1.EventIngestion'] as ServiceDefinition;

/** Publishes one event by gRPC; the id that it was acknowledged with. Rejects with the gRPC status. */
export async function publishByGrpc({ grpcUrl, apiKey }: Pick<Stack, 'grpcUrl' | 'apiKey'>, event: object): Promise<string> {
  const client = new Client(grpcUrl, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  const method = service['Publish'];
  if (method === undefined) throw new Error('no Publish in the proto');
  try {
    return await new Promise((resolve, reject) => {
      const done = (error: Error | null, response?: { id: string }) => (error === null ? resolve(response?.id ?? '') : reject(error));
      client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, { event: eventToProto(event) }, metadata, { deadline: Date.now() + DEADLINE_MS }, done);
    });
  } finally {
    client.close();
  }
}

/** Publishes one event by a NATS request; the id that it was acknowledged with. */
export async function publishByNats({ nats }: Pick<Stack, 'nats'>, event: object, organizationId = 'org_default'): Promise<string> {
  const connection = await connect({ servers: nats.url });
  const reply = await connection.request(ingestSubject(organizationId), JSON.stringify(event), { timeout: DEADLINE_MS });
  await connection.close();
  const answer = reply.json<{ id?: string }>();
  if (answer.id === undefined) throw new Error(JSON.stringify(answer));
  return answer.id;
}
