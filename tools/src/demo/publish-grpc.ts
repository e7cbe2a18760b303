import { eventToProto, protoLoaderOptions, protoPath } from '@buildwire/contracts';
import type { EventInput } from '@buildwire/contracts';
import { Metadata, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ServiceClientConstructor, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const DEADLINE_MS = 10_000;

type Answered = (error: ServiceError | null, response: { id?: string }) => void;
type EventIngestion = Client & { publish(request: object, metadata: Metadata, options: { deadline: number }, answered: Answered): void };

/** Publishes one event by gRPC and gives the acknowledged id. */
export async function publishByGrpc(address: string, apiKey: string, event: EventInput): Promise<string> {
  const client = new (clientConstructor())(address, credentials.createInsecure()) as Client as EventIngestion;
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  try {
    return await new Promise<string>((resolve, reject) => {
      client.publish({ event: eventToProto(event) }, metadata, { deadline: Date.now() + DEADLINE_MS }, (error, response) => {
        if (error === null) resolve(response.id ?? '');
        else reject(error);
      });
    });
  } finally {
    client.close();
  }
}

/** grpc-js types what it reads from a proto file by its shape only. */
function clientConstructor(): ServiceClientConstructor {
  const { events, includeDir } = protoPath();
  const root = loadPackageDefinition(loadSync(events, { ...protoLoaderOptions, includeDirs: [includeDir] })) as {
    buildwire?: { events?: { v1?: { EventIngestion?: ServiceClientConstructor } } };
  };
  const found = root.buildwire?.events?.v1?.EventIngestion;
  if (found === undefined) throw new Error('the proto file does not define buildwire.events.v1.EventIngestion');
  return found;
}
