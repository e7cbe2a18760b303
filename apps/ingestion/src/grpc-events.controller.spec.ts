import { MAX_EVENT_BYTES, exampleEvent, producedEventTypes } from '@buildwire/contracts';
import type { EventInput, ProducedEventType } from '@buildwire/contracts';
import { Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventOfSize } from './spec-support/bad-input.js';
import { answerOf, asRequest, connectGrpc, detailsOf, failureOf, nestedRequest, withKey } from './spec-support/grpc-client.js';
import type { StreamAnswer } from './spec-support/grpc-client.js';
import { KEY_B, startIngestion } from './spec-support/ingestion.js';
import type { Ingestion } from './spec-support/ingestion.js';

const event = exampleEvent('build.finished');
let ingestion: Ingestion;
let client: ReturnType<typeof connectGrpc>;
beforeAll(async () => {
  ingestion = await startIngestion();
  client = connectGrpc(ingestion.grpcAddress);
});
afterAll(async () => {
  client.close();
  await ingestion.stop();
});
beforeEach(async () => ingestion.streams.purge());

describe('Publish', () => {
  it.each(Object.keys(producedEventTypes) as ProducedEventType[])('accepts the example of %s and has it stored by then', async (type) => {
    const { id } = await publish(exampleEvent(type));
    const [record] = await ingestion.streams.accepted();
    expect(record).toMatchObject({ organizationId: 'org_a', event: { id, type, app: exampleEvent(type).app } });
  });

  it('keeps the free-form parts of an event', async () => {
    const ext = { appflow: { deep: [1, { a: null }], flag: true } };
    await publish({ ...event, id: 'grpc-1', ext });
    expect(await ingestion.streams.accepted()).toMatchObject([{ event: { id: 'grpc-1', ext } }]);
  });

  it.each([
    ['an unknown type', { ...event, type: 'build.exploded' }, 'unknown_event_type', '/type'],
    ['a type that Buildwire itself tells', { ...event, type: 'webhook.disabled' }, 'unknown_event_type', '/type'],
    ['no app', { ...event, app: undefined }, 'invalid_request', '/app'],
    ['a state of another event type', { ...event, build: { ...event.build, state: 'failed' } }, 'invalid_request', '/build/state'],
    ["another organization's id", { ...event, organization: { id: 'org_b' } }, 'invalid_request', '/organization/id'],
    ['a NUL', { ...event, app: { id: 'a\0b' } }, 'malformed_json', '/app/id'],
    ['a number past 2^53', { ...event, ext: { v: { n: 2 ** 60 } } }, 'malformed_json', '/ext/v/n'],
    ['a number that JSON does not have', { ...event, ext: { v: { n: NaN } } }, 'invalid_request', '/ext/v/n'],
  ])('refuses %s with field violations, and stores nothing', async (_what, bad, reason, field) => {
    const failure = await failureOf(publish(bad));
    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.details).toBeTruthy();
    const details = detailsOf(failure);
    expect(details).toContainEqual(expect.objectContaining({ type: 'google.rpc.ErrorInfo', reason, domain: 'buildwire.dev' }));
    const [violations] = details.filter(({ type }) => type === 'google.rpc.BadRequest');
    expect(violations?.['field_violations']).toContainEqual(expect.objectContaining({ field, description: expect.any(String) }));
    await expectNothingStored();
  });

  it('refuses a request without an event', async () => {
    const failure = await failureOf(answerOf((done) => client.publish({}, withKey(), done)));
    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(JSON.stringify(detailsOf(failure))).toContain('/event');
  });

  it.each([
    ['bytes that are no message', Buffer.from([0x0a, 0xff])],
    ['100 levels of nesting', nestedRequest(100)],
    ['100,000 levels of nesting', nestedRequest(100_000)],
  ])('refuses %s, and lives on', async (_what, bytes) => {
    const failure = await failureOf(sendBytes('Publish', bytes));
    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(JSON.stringify(detailsOf(failure))).toContain('cannot be decoded');
    expect((await failureOf(sendBytes('PublishBatch', bytes))).code).toBe(status.INVALID_ARGUMENT);
    await expectNothingStored();
    await publish(event);
  });

  it('reads a request that nests little', async () => {
    expect(JSON.stringify(detailsOf(await failureOf(sendBytes('Publish', nestedRequest(10)))))).toContain('/type');
  });

  it('takes an event of the limit and says RESOURCE_EXHAUSTED to one byte more', async () => {
    await publish(eventOfSize(MAX_EVENT_BYTES));
    await ingestion.streams.purge();
    const failure = await failureOf(publish(eventOfSize(MAX_EVENT_BYTES + 1)));
    expect(failure.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(detailsOf(failure)).toContainEqual(expect.objectContaining({ type: 'google.rpc.ErrorInfo', reason: 'too_large' }));
    await expectNothingStored();
  });

  it('says RESOURCE_EXHAUSTED to a request over 8 MiB', async () => {
    expect((await failureOf(publish(eventOfSize(9 * 1024 * 1024)))).code).toBe(status.RESOURCE_EXHAUSTED);
    await expectNothingStored();
  });

  it.each([
    ['no key', new Metadata()],
    ['a key that is not known', withKey('bw_unknown')],
  ])('says UNAUTHENTICATED to %s', async (_what, metadata) => {
    const failure = await failureOf(answerOf((done) => client.publish(asRequest(event), metadata, done)));
    expect(failure.code).toBe(status.UNAUTHENTICATED);
    await expectNothingStored();
  });

  it("stores for the key's own organization", async () => {
    await answerOf((done) => client.publish(asRequest(event), withKey(KEY_B), done));
    expect(await ingestion.streams.accepted()).toMatchObject([{ organizationId: 'org_b' }]);
  });
});

describe('PublishBatch', () => {
  it('judges each event on its own, in order', async () => {
    const events = [{ ...event, id: 'b1' }, { ...event, type: 'nonsense' }, { ...event, app: { id: '\0' } }, { ...event, ext: { v: { n: Infinity } } }, { ...event, id: 'b2' }];
    const { results } = await publishBatch(events);
    expect(results).toMatchObject([
      { id: 'b1' },
      { error: { code: 'unknown_event_type', errors: [{ pointer: '/type' }] } },
      { error: { code: 'malformed_json', errors: [{ pointer: '/app/id' }] } },
      { error: { code: 'invalid_request', errors: [{ pointer: '/ext/v/n' }] } },
      { id: 'b2' },
    ]);
    expect(await storedIds()).toEqual(['b1', 'b2']);
  });

  it.each([
    ['no events', 0],
    ['1,001 events', 1_001],
  ])('refuses %s', async (_what, length) => {
    const failure = await failureOf(publishBatch(Array.from({ length }, () => event)));
    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(JSON.stringify(detailsOf(failure))).toContain('/events');
    await expectNothingStored();
  });
});

describe('PublishStream', () => {
  it('takes 5,000 events and answers once', async () => {
    const answer = await publishStream(Array.from({ length: 5_000 }, (_, index) => ({ ...least, id: `s${index}` })));
    expect(answer).toMatchObject({ accepted: 5_000 });
    expect(answer.rejected ?? 0).toBe(0);
    expect(new Set(await storedIds()).size).toBe(5_000);
  });

  it('tells which events it refused, and takes the others', async () => {
    const answer = await publishStream([{ ...least, id: 's1' }, { ...least, type: 'nonsense' }, { ...least, id: 's2' }]);
    expect(answer).toMatchObject({ accepted: 2, rejected: 1, rejections: [{ index: 1, error: { code: 'unknown_event_type' } }] });
    expect(await storedIds()).toEqual(['s1', 's2']);
  });

  it('takes a stream without events', async () => {
    const { accepted, rejected } = await publishStream([]);
    expect([accepted ?? 0, rejected ?? 0]).toEqual([0, 0]);
  });

  it('says UNAUTHENTICATED without a key', async () => {
    expect((await failureOf(publishStream([least], new Metadata()))).code).toBe(status.UNAUTHENTICATED);
    await expectNothingStored();
  });
});

const least = { type: 'build.finished', app: { id: 'a' }, build: { id: 'b' } };

function publish(said: EventInput | object): Promise<{ id: string }> {
  return answerOf((done) => client.publish(asRequest(said), withKey(), done));
}

/** Past the client's own encoder, which refuses what we want to send. */
function sendBytes(method: string, bytes: Buffer): Promise<Buffer> {
  const asTheyAre = (buffer: Buffer) => buffer;
  return answerOf((done) => client.makeUnaryRequest(`/buildwire.events.v1.EventIngestion/${method}`, asTheyAre, asTheyAre, bytes, withKey(), done));
}

function publishBatch(events: object[]) {
  return answerOf<{ results: unknown[] }>((done) => client.publishBatch({ events: events.map((said) => asRequest(said).event) }, withKey(), done));
}

function publishStream(events: object[], metadata = withKey()): Promise<StreamAnswer> {
  return answerOf((done) => {
    const stream = client.publishStream(metadata, done);
    for (const said of events) stream.write(asRequest(said));
    stream.end();
  });
}

async function storedIds(): Promise<string[]> {
  return (await ingestion.streams.accepted()).map((record) => record.event.id);
}

async function expectNothingStored(): Promise<void> {
  expect(await storedIds()).toEqual([]);
  expect(await ingestion.streams.deadLetters()).toEqual([]);
}
