import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ClientDuplexStream, requestCallback } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf } from './spec-support/grpc-client.js';
import { startIngestion } from './spec-support/ingestion.js';
import type { Ingestion } from './spec-support/ingestion.js';

const REFLECTION_PROTO = 'grpc/reflection/v1/reflection.proto';
const reflectionFolder = fileURLToPath(new URL('../proto/', import.meta.resolve('@grpc/reflection')));

let ingestion: Ingestion;
beforeAll(async () => {
  ingestion = await startIngestion();
});
afterAll(async () => ingestion.stop());

describe('the gRPC server', () => {
  it.each(['', 'buildwire.events.v1.EventIngestion'])('says that "%s" is serving', async (service) => {
    const client = clientOf<Health>(healthProto, [], 'grpc.health.v1.Health');
    expect(await answerOf((done) => client.check({ service }, done))).toEqual({ status: 'SERVING' });
    client.close();
  });

  it('lists its services to whoever asks', async () => {
    const names = await reflect({ listServices: '' });
    expect(names).toContain('"buildwire.events.v1.EventIngestion"');
    expect(names).toContain('"grpc.health.v1.Health"');
  });

  it('describes its methods to whoever asks', async () => {
    expect(await reflect({ fileContainingSymbol: 'buildwire.events.v1.EventIngestion' })).toContain('fileDescriptorProto');
  });
});

interface Health extends Client {
  check(request: { service: string }, callback: requestCallback<{ status: string }>): void;
}

interface Reflection extends Client {
  serverReflectionInfo(): ClientDuplexStream<object, object>;
}

async function reflect(question: object): Promise<string> {
  const client = clientOf<Reflection>(REFLECTION_PROTO, [reflectionFolder], 'grpc.reflection.v1.ServerReflection');
  const call = client.serverReflectionInfo();
  const answered = new Promise<object>((resolve, reject) => call.once('data', resolve).once('error', reject));
  call.write(question);
  const answer = JSON.stringify(await answered);
  call.end();
  client.close();
  return answer;
}

function clientOf<Shape extends Client>(proto: string, includeDirs: string[], service: string): Shape {
  const loaded: unknown = loadPackageDefinition(loadSync(proto, { includeDirs, enums: String }));
  const found = service.split('.').reduce((scope, name) => (scope as Record<string, unknown>)[name], loaded);
  return new (found as new (address: string, insecure: ReturnType<typeof credentials.createInsecure>) => Shape)(ingestion.grpcAddress, credentials.createInsecure());
}
