import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { exampleEvent, ingestSubject } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { status } from '@grpc/grpc-js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AcceptEvents } from './accept-events.js';
import { eventOfSize } from './spec-support/bad-input.js';
import { answerOf, asRequest, connectGrpc, detailsOf, failureOf, withKey } from './spec-support/grpc-client.js';
import { KEY_A, startIngestion } from './spec-support/ingestion.js';
import type { Ingestion } from './spec-support/ingestion.js';

const MIB = 1024 * 1024;
const event = exampleEvent('build.finished');
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let ingestion: Ingestion;
let client: ReturnType<typeof connectGrpc>;
beforeAll(async () => {
  ingestion = await startIngestion();
  client = connectGrpc(ingestion.grpcAddress);
  expect(await post({ ...event, id: 'before' })).toMatchObject({ status: 202 });
  await ingestion.nats.kill();
});
afterAll(async () => {
  client.close();
  await ingestion.stop();
});

describe('while NATS is away', () => {
  it('an event by HTTP is refused with 503 within five seconds', async () => {
    const answer = await within(5_000, post(event));
    expect(answer).toMatchObject({ status: 503, body: { code: 'broker_unavailable' } });
    expect(answer.retryAfter).toBeGreaterThan(0);
  });

  it('a batch by HTTP, of which nothing could be stored, is refused as a whole', async () => {
    const answer = await within(5_000, post({ events: [event, { type: 'nonsense' }, event] }));
    expect(answer).toMatchObject({ status: 503, body: { code: 'broker_unavailable' } });
  });

  it('an event by gRPC is refused with UNAVAILABLE within five seconds, and when to try again', async () => {
    const failure = await within(5_000, failureOf(answerOf((done) => client.publish(asRequest(event), withKey(), done))));
    expect(failure.code).toBe(status.UNAVAILABLE);
    expect(detailsOf(failure)).toContainEqual(expect.objectContaining({ type: 'google.rpc.RetryInfo' }));
  });

  it('a stream by gRPC is read no further than its backlog, and refused', async () => {
    const accept = vi.spyOn(ingestion.app.get(AcceptEvents), 'accept');
    const failure = await within(7_000, failureOf(streamOf(5_000)));
    expect(failure.code).toBe(status.UNAVAILABLE);
    expect(accept.mock.calls.length).toBeLessThanOrEqual(1_001);
    accept.mockRestore();
  });

  it('the process is alive but not ready', async () => {
    expect((await fetch(`${ingestion.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${ingestion.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ checks: { nats: 'not connected', postgres: 'ok' } });
  });

  it('20,000 events are refused and leave no memory behind', async () => {
    expect(await injectMany(2_000, event)).toEqual({ 503: 2_000 });
    const before = heapUsed();
    expect(await injectMany(20_000, event)).toEqual({ 503: 20_000 });
    expect(heapUsed() - before).toBeLessThan(10 * MIB);
  });

  it('what is more than may wait is refused at once', async () => {
    const payload = JSON.stringify(eventOfSize(250_000));
    const answers = Array.from({ length: 320 }, () => inject(payload));
    // Those that wait are given up after 4 s, for another reason: whatever is answered first was not kept waiting.
    const first = await Promise.race(answers);
    expect(first.json()).toMatchObject({ code: 'broker_unavailable', detail: 'too much waits for the broker' });
    expect((await Promise.all(answers)).every(({ statusCode }) => statusCode === 503)).toBe(true);
  });
});

describe('after NATS is back', () => {
  beforeAll(async () => ingestion.nats.restart());

  it('events are accepted again by every transport, and what was refused is not there', async () => {
    await eventually(async () => expect(await post({ ...event, id: 'http' })).toMatchObject({ status: 202 }));
    await answerOf((done) => client.publish(asRequest({ ...event, id: 'grpc' }), withKey(), done));
    const answer = await eventually(() => ingestion.streams.nats.request(ingestSubject('org_a'), JSON.stringify({ ...event, id: 'nats' })));
    expect(answer.json()).toMatchObject({ id: 'nats' });
    expect((await ingestion.streams.accepted()).map((record) => record.event.id)).toEqual(['before', 'http', 'grpc', 'nats']);
  });
});

describe('while Postgres is away', () => {
  beforeAll(async () => ingestion.postgres.kill());
  afterAll(async () => ingestion.postgres.restart());

  it('events of known keys are accepted by every transport', async () => {
    expect(await post(event)).toMatchObject({ status: 202 });
    await answerOf((done) => client.publish(asRequest(event), withKey(), done));
    expect((await ingestion.streams.nats.request(ingestSubject('org_a'), JSON.stringify(event))).json()).toHaveProperty('id');
  });

  it('a key that is not known yet gets 503, not 401', async () => {
    expect(await within(5_000, post(event, 'bw_never_seen'))).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    const failure = await failureOf(answerOf((done) => client.publish(asRequest(event), withKey('bw_never_seen'), done)));
    expect(failure.code).toBe(status.UNAVAILABLE);
  });
});

async function post(body: object, key = KEY_A) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(`${ingestion.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, retryAfter: Number(response.headers.get('retry-after')), body: (await response.json()) as unknown };
}

/** Past the sockets: twenty thousand of them would be the test's own limit. */
function inject(body: object | string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY_A}` };
  return (ingestion.app as NestFastifyApplication).inject({ method: 'POST', url: '/v1/events', headers, payload: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** How many answers there were of each status. */
async function injectMany(count: number, body: object): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  const one = async () => {
    const { statusCode } = await inject(body);
    counts[statusCode] = (counts[statusCode] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: count }, one));
  return counts;
}

function streamOf(count: number): Promise<unknown> {
  return answerOf((done) => {
    const stream = client.publishStream(withKey(), done);
    stream.on('error', () => undefined);
    for (let index = 0; index < count; index++) stream.write(asRequest(event));
    stream.end();
  });
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work;
  expect(performance.now() - begun).toBeLessThan(limitMs);
  return result;
}
