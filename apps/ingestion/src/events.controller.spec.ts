import { request } from 'node:http';
import { MAX_BATCH_BYTES, MAX_EVENT_BYTES, exampleEvent, problem, producedEventTypes, publishedEvent, publishResults } from '@buildwire/contracts';
import type { ProducedEventType } from '@buildwire/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badInputs, eventOfSize } from './spec-support/bad-input.js';
import { KEY_A, KEY_B, startIngestion } from './spec-support/ingestion.js';
import type { Ingestion } from './spec-support/ingestion.js';

const event = exampleEvent('build.finished');
let ingestion: Ingestion;
beforeAll(async () => {
  ingestion = await startIngestion();
});
afterAll(async () => ingestion.stop());
beforeEach(async () => ingestion.streams.purge());

describe('POST /v1/events', () => {
  it.each(Object.keys(producedEventTypes) as ProducedEventType[])('accepts the example of %s and has it stored by then', async (type) => {
    const { status, body } = await post(JSON.stringify(exampleEvent(type)));
    expect(status).toBe(202);
    const { id } = publishedEvent.parse(body);
    expect(await ingestion.streams.accepted()).toMatchObject([{ organizationId: 'org_a', event: { id, type, organization: { id: 'org_a' } } }]);
  });

  it("keeps the producer's id, and its unknown keys", async () => {
    expect(await post(JSON.stringify({ ...event, id: 'ci/1842', novel: { a: [1] } }))).toEqual({ status: 202, body: { id: 'ci/1842' } });
    expect(await ingestion.streams.accepted()).toMatchObject([{ event: { id: 'ci/1842', novel: { a: [1] } } }]);
  });

  it('takes an event that names its own organization', async () => {
    expect(await post(JSON.stringify({ ...event, organization: { id: 'org_a' } }))).toMatchObject({ status: 202 });
  });

  it('answers a batch per event, in order, one bad among good', async () => {
    const events = [{ ...event, id: 'first' }, { ...event, type: 'build.exploded' }, eventOfSize(MAX_EVENT_BYTES + 1), { ...event, id: 'last' }];
    const { status, body } = await post(JSON.stringify({ events }));
    expect(status).toBe(202);
    expect(publishResults.parse(body).results).toMatchObject([
      { id: 'first' },
      { error: { code: 'unknown_event_type', errors: [{ pointer: '/type' }] } },
      { error: { code: 'too_large' } },
      { id: 'last' },
    ]);
    expect(await storedIds()).toEqual(['first', 'last']);
  });

  it('takes a thousand events at once', async () => {
    const events = Array.from({ length: 1_000 }, (_, index) => ({ type: 'build.finished', id: `e${index}`, app: { id: 'a' }, build: { id: `b${index}` } }));
    const { status, body } = await post(JSON.stringify({ events }));
    expect(status).toBe(202);
    expect(body).toEqual({ results: events.map(({ id }) => ({ id })) });
    expect(await storedIds()).toEqual(events.map(({ id }) => id));
  });

  it(`takes an event of ${MAX_EVENT_BYTES} bytes, however it is written`, async () => {
    const largest = eventOfSize(MAX_EVENT_BYTES);
    expect(await post(JSON.stringify(largest))).toMatchObject({ status: 202 });
    expect(await post(JSON.stringify(largest, undefined, 4))).toMatchObject({ status: 202 });
    expect(await post(JSON.stringify(largest), { chunked: true })).toMatchObject({ status: 202 });
  });

  it('refuses one byte more, also if its length was not announced', async () => {
    const tooLarge = JSON.stringify(eventOfSize(MAX_EVENT_BYTES + 1));
    expect(await post(tooLarge)).toMatchObject({ status: 413, body: { code: 'too_large', detail: expect.stringContaining('262145') } });
    expect(await post(tooLarge, { chunked: true })).toMatchObject({ status: 413 });
    await expectNothingStored();
  });

  it.each([
    ['characters that JSON escapes', { pad: '\u0001'.repeat(MAX_EVENT_BYTES / 6) }],
    ['characters of several bytes', { pad: '中'.repeat(MAX_EVENT_BYTES / 3) }],
    ['keys', Object.fromEntries(Array.from({ length: MAX_EVENT_BYTES / 100 }, (_, index) => [`key-${index}`.padEnd(100), 0]))],
    ['numbers', { pad: Array.from({ length: MAX_EVENT_BYTES / 20 }, () => -1.2345678901234567e-100) }],
    ['short values', { pad: Array.from({ length: MAX_EVENT_BYTES / 2 }, () => 0) }],
  ])('counts bytes and not characters: refuses too many %s', async (_what, spec) => {
    expect(await post(JSON.stringify({ ...event, ext: { spec } }))).toMatchObject({ status: 413 });
    await expectNothingStored();
  });

  it('refuses a body over 8 MiB', async () => {
    const body = JSON.stringify({ events: [{ ...event, ext: { spec: { pad: 'x'.repeat(MAX_BATCH_BYTES) } } }] });
    expect(await post(body)).toMatchObject({ status: 413, body: { code: 'too_large' } });
    await expectNothingStored();
  });

  it.each(badInputs)('refuses $what, names the fault and stores nothing', async ({ body, code, pointer }) => {
    const answer = await post(body);
    const document = problem.parse(answer.body);
    expect(document).toMatchObject({ code, status: answer.status });
    expect(answer.status).toBe(code === 'too_large' ? 413 : 400);
    if (pointer === undefined) expect(document.detail).toBeTruthy();
    else expect(document.errors?.map((fault) => fault.pointer)).toContain(pointer);
    await expectNothingStored();
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])('refuses a body of type %s', async (type) => {
    expect(await post(JSON.stringify(event), { type })).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    await expectNothingStored();
  });

  it.each([undefined, 'Bearer bw_unknown', `Basic ${KEY_A}`, 'Bearer'])('refuses the authorization "%s"', async (authorization) => {
    expect(await post(JSON.stringify(event), { authorization })).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    await expectNothingStored();
  });

  it("refuses to speak for another key's organization", async () => {
    const answer = await post(JSON.stringify({ ...event, organization: { id: 'org_a' } }), { authorization: `Bearer ${KEY_B}` });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/organization/id' }] } });
    await expectNothingStored();
  });
});

interface Options {
  type?: string;
  authorization?: string | undefined;
  chunked?: boolean;
}

function post(body: string, options: Options = {}): Promise<{ status: number | undefined; body: unknown }> {
  const { type = 'application/json', authorization = 'authorization' in options ? undefined : `Bearer ${KEY_A}`, chunked = false } = options;
  const headers = { 'content-type': type, ...(authorization === undefined ? {} : { authorization }), ...(chunked ? {} : { 'content-length': Buffer.byteLength(body) }) };
  return new Promise((resolve, reject) => {
    const sent = request(`${ingestion.url}/v1/events`, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function storedIds(): Promise<string[]> {
  return (await ingestion.streams.accepted()).map((record) => record.event.id);
}

async function expectNothingStored(): Promise<void> {
  expect(await storedIds()).toEqual([]);
  expect(await ingestion.streams.deadLetters()).toEqual([]);
}
