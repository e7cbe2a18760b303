import { eventToProto, ingestSubject, protoLoaderOptions, protoPath } from '@buildwire/contracts';
import type { EventInput } from '@buildwire/contracts';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { connect } from '@nats-io/transport-node';
import { Pool } from 'undici';

export interface Target {
  http: string;
  grpc: string;
  nats: string;
  apiKey: string;
  organizationId: string;
}

/** A way into Buildwire. */
export interface Connection {
  /** Resolves when the event is acknowledged. Over NATS also for another organization than the target's. */
  publish(event: EventInput, organizationId?: string): Promise<void>;
  /** Publishes all, as a producer with much to say does: batches or a stream. Tells of each acknowledgement. */
  flood(events: EventInput[], acked: (place: number) => void): Promise<void>;
  close(): Promise<void>;
}

export const transportNames = ['nats', 'grpc', 'http'] as const;
export type TransportName = (typeof transportNames)[number];

const BATCH = 100;
const BATCHES_IN_FLIGHT = 8;
const TIMEOUT_MS = 30_000;

export const transports: Record<TransportName, (target: Target) => Promise<Connection>> = { nats, grpc, http };

async function nats({ nats: servers, organizationId: own }: Target): Promise<Connection> {
  const connection = await connect({ servers });
  const request = async (organizationId: string, body: object) => {
    const reply = await connection.request(ingestSubject(organizationId), JSON.stringify(body), { timeout: TIMEOUT_MS });
    const answer = reply.json<{ id?: string; results?: { id?: string }[] }>();
    const accepted = answer.results ?? [answer];
    if (accepted.some(({ id }) => id === undefined)) throw new Error(`not accepted: ${reply.string().slice(0, 500)}`);
  };
  const publish = (event: EventInput, organizationId = own) => request(organizationId, event);
  return { publish, flood: (events, acked) => inBatches(events, (batch) => request(own, { events: batch }), acked), close: () => connection.close() };
}

async function grpc({ grpc: address, apiKey }: Target): Promise<Connection> {
  const { events: file, includeDir } = protoPath();
  const service = loadSync(file, { ...protoLoaderOptions, includeDirs: [includeDir] })['buildwire.events.v1.EventIngestion'] as ServiceDefinition;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  const { Publish: one, PublishStream: stream } = service;
  if (one === undefined || stream === undefined) throw new Error('the proto file has no Publish');
  const publish = (event: EventInput) =>
    new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) => (error === null ? resolve() : reject(error));
      client.makeUnaryRequest(one.path, one.requestSerialize, one.responseDeserialize, { event: eventToProto(event) }, metadata, { deadline: Date.now() + TIMEOUT_MS }, done);
    });
  const flood = (events: EventInput[], acked: (place: number) => void) =>
    new Promise<void>((resolve, reject) => {
      const call = client.makeClientStreamRequest(stream.path, stream.requestSerialize, stream.responseDeserialize, metadata, (error, answer) => {
        if (error !== null) return reject(error);
        if ((answer as { accepted: number }).accepted !== events.length) return reject(new Error(`not all accepted: ${JSON.stringify(answer)}`));
        for (const place of events.keys()) acked(place);
        resolve();
      });
      void (async () => {
        for (const event of events) if (!call.write({ event: eventToProto(event) })) await new Promise((drained) => call.once('drain', drained));
        call.end();
      })();
    });
  return { publish, flood, close: () => Promise.resolve(client.close()) };
}

async function http({ http: url, apiKey }: Target): Promise<Connection> {
  const pool = new Pool(url, { connections: 32 });
  const post = async (body: object) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const answer = await pool.request({ path: '/v1/events', method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 202 || text.includes('"error"')) throw new Error(`not accepted: ${answer.statusCode} ${text.slice(0, 500)}`);
  };
  return { publish: post, flood: (events, acked) => inBatches(events, (batch) => post({ events: batch }), acked), close: () => pool.close() };
}

async function inBatches(events: EventInput[], send: (batch: EventInput[]) => Promise<void>, acked: (place: number) => void): Promise<void> {
  const batches = Array.from({ length: Math.ceil(events.length / BATCH) }, (_, place) => events.slice(place * BATCH, (place + 1) * BATCH));
  await inTurns(batches, BATCHES_IN_FLIGHT, async (batch, turn) => {
    await send(batch);
    for (const place of batch.keys()) acked(turn * BATCH + place);
  });
}

/** Works on the items, so many at a time. */
export async function inTurns<Item>(items: Item[], atATime: number, work: (item: Item, place: number) => Promise<void>): Promise<void> {
  let next = 0;
  const turn = async () => {
    for (let place = next++; place < items.length; place = next++) {
      const item = items[place];
      if (item !== undefined) await work(item, place);
    }
  };
  await Promise.all(Array.from({ length: atATime }, turn));
}
