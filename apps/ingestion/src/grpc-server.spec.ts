import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ClientDuplexStream, ClientReadableStream, requestCallback } from '@grpc/grpc-js';
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

describe('stopping the gRPC server', () => {
  it('ends streams that clients hold open, after a while', async () => {
    const other = await startIngestion();
    const client = clientOf<Health>(healthProto, [], 'grpc.health.v1.Health', other.grpcAddress);
    const watched = client.watch({ service: '' });
    const ended = new Promise((resolve) => watched.once('error', resolve));
    await once(watched, 'data');
    const begun = performance.now();
    await other.stop();
    expect(performance.now() - begun).toBeLessThan(10_000);
    await ended;
    client.close();
  });
});

interface Health extends Client {
  check(request: { service: string }, callback: requestCallback<{ status: string }>): void;
  watch(request: { service: string }): ClientReadableStream<object>;
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

function clientOf<Shape extends Client>(proto: string, includeDirs: string[], service: string, address = ingestion.grpcAddress): Shape {
  const loaded: unknown = loadPackageDefinition(loadSync(proto, { includeDirs, enums: String }));
  const found = service.split('.').reduce((scope, name) => (scope as Record<string, unknown>)[name], loaded);
  return new (found as new (address: string, insecure: ReturnType<typeof credentials.createInsecure>) => Shape)(address, credentials.createInsecure());
}
