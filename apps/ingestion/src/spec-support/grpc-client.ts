import { eventToProto, protoLoaderOptions, protoPath } from '@buildwire/contracts';
import type { Problem } from '@buildwire/contracts';
import { Metadata, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ClientWritableStream, ServiceError, requestCallback } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { KEY_A } from './ingestion.js';

export interface StreamAnswer {
  accepted?: number;
  rejected?: number;
  rejections?: { index?: number; error: Problem }[];
}

type Unary<Answer> = (request: object, metadata: Metadata, callback: requestCallback<Answer>) => void;

interface EventIngestion extends Client {
  publish: Unary<{ id: string }>;
  publishBatch: Unary<{ results: ({ id: string } | { error: Problem })[] }>;
  publishStream(metadata: Metadata, callback: requestCallback<StreamAnswer>): ClientWritableStream<object>;
}

const { events, status, errorDetails, includeDir } = protoPath();
const includeDirs = [includeDir];
const loaded = loadPackageDefinition(loadSync(events, { ...protoLoaderOptions, includeDirs })) as unknown as {
  buildwire: { events: { v1: { EventIngestion: new (address: string, c: ReturnType<typeof credentials.createInsecure>) => EventIngestion } } };
};
const details = loadSync([status, errorDetails], { includeDirs, keepCase: true, longs: Number });

/** A producer's client, as one would write it against the proto file. */
export function connectGrpc(address: string): EventIngestion {
  return new loaded.buildwire.events.v1.EventIngestion(address, credentials.createInsecure());
}

export function withKey(key: string = KEY_A): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  return metadata;
}

/** The request of an event's JSON. */
export function asRequest(event: object): { event: object } {
  return { event: eventToProto(event) };
}

/** A call as a promise; it rejects with the ServiceError. */
export function answerOf<Answer>(call: (callback: requestCallback<Answer>) => unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error !== null) reject(error);
      else if (answer === undefined) reject(new Error('no answer'));
      else resolve(answer);
    });
  });
}

/** The error that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  return call.then(
    (answer) => Promise.reject(new Error(`succeeded: ${JSON.stringify(answer)}`)),
    (error: ServiceError) => error,
  );
}

/** The `google.rpc` details of an error, each with the name of its type. */
export function detailsOf({ metadata }: ServiceError): Record<string, unknown>[] {
  const [encoded] = metadata.get('grpc-status-details-bin');
  const decoded = decode('google.rpc.Status', encoded as Buffer) as { code: number; message: string; details: { type_url: string; value: Buffer }[] };
  return decoded.details.map(({ type_url: url, value }) => {
    const type = url.replace('type.googleapis.com/', '');
    return { type, ...decode(type, value) };
  });
}

function decode(type: string, bytes: Buffer): object {
  return (details[type] as MessageTypeDefinition<object, object>).deserialize(bytes);
}

/** An encoded request whose `ext` nests so many objects. Written from the inside out, because no encoder goes so deep. */
export function nestedRequest(levels: number): Buffer {
  const [EVENT, EXT, FIELDS, KEY, VALUE, STRUCT] = [1, 14, 1, 1, 2, 5];
  const key = Buffer.from([(KEY << 3) | 2, 1, 0x61]);
  const heads: Buffer[] = [];
  let length = 0;
  const wrap = (field: number, before = Buffer.alloc(0)) => {
    const head = Buffer.concat([Buffer.from([(field << 3) | 2]), varint(before.length + length), before]);
    heads.push(head);
    length += head.length;
  };
  for (let level = 0; level < levels; level++) {
    wrap(STRUCT);
    wrap(VALUE);
    wrap(FIELDS, key);
  }
  wrap(EXT);
  wrap(EVENT);
  return Buffer.concat(heads.reverse());
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
  return Buffer.from(bytes);
}
