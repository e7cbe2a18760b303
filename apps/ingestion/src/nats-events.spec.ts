import { exampleEvent, ingestSubject } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { jetstream } from '@nats-io/jetstream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badInputs } from './spec-support/bad-input.js';
import { startIngestion } from './spec-support/ingestion.js';
import type { Ingestion } from './spec-support/ingestion.js';

const SUBJECT = ingestSubject('org_a');
const event = exampleEvent('build.finished');
let ingestion: Ingestion;
beforeAll(async () => {
  ingestion = await startIngestion();
});
afterAll(async () => ingestion.stop());
beforeEach(async () => ingestion.streams.purge());

describe('a request on the ingest subject', () => {
  it('is answered with the id of the event, which is stored by then', async () => {
    const { id } = await request({ ...event, novel: true });
    expect(id).toMatch(/^evt_/);
    expect(await ingestion.streams.accepted()).toMatchObject([{ organizationId: 'org_a', event: { id, novel: true, organization: { id: 'org_a' } } }]);
  });

  it('takes a batch, and judges each event', async () => {
    const answer = await request({ events: [{ ...event, id: 'n1' }, { ...event, type: 'nonsense' }, { ...event, id: 'n2' }] });
    expect(answer['results']).toMatchObject([{ id: 'n1' }, { error: { code: 'unknown_event_type' } }, { id: 'n2' }]);
    expect(await storedIds()).toEqual(['n1', 'n2']);
    expect(await ingestion.streams.deadLetters()).toEqual([]);
  });

  it.each(badInputs.filter(fitsIntoMessage))('with $what is answered with the problem, and nothing is stored', async ({ body, code, pointer }) => {
    const answer = await request(body);
    expect(answer).toMatchObject({ code, title: expect.any(String) });
    if (pointer !== undefined) expect(answer['errors']).toContainEqual(expect.objectContaining({ pointer }));
    await expectNothingStored();
  });

  it('for an organization that does not exist is answered not found', async () => {
    expect(await request(event, ingestSubject('org_nobody'))).toMatchObject({ code: 'not_found', detail: 'there is no organization org_nobody' });
    await expectNothingStored();
  });
});

describe('a JetStream publish to the ingest subject', () => {
  it('is acknowledged', async () => {
    const ack = await jetstream(ingestion.streams.nats).publish(SUBJECT, JSON.stringify({ ...event, id: 'js1' }));
    expect(ack).toMatchObject({ stream: 'BUILDWIRE_EVENTS', id: 'js1' });
    expect(await storedIds()).toEqual(['js1']);
  });

  it('of a bad event rejects with the reason', async () => {
    const refused = jetstream(ingestion.streams.nats).publish(SUBJECT, JSON.stringify({ ...event, type: 'nonsense' }));
    await expect(refused).rejects.toThrow(/no such event type/i);
    await expectNothingStored();
  });
});

describe('a publish that nobody waits for', () => {
  it('stores a good event', async () => {
    ingestion.streams.nats.publish(SUBJECT, JSON.stringify({ ...event, id: 'fire' }));
    await eventually(async () => expect(await storedIds()).toEqual(['fire']));
  });

  it('of a bad event becomes a dead letter with the reason', async () => {
    const body = JSON.stringify({ ...event, app: {} });
    ingestion.streams.nats.publish(SUBJECT, body);
    const [letter] = await eventually(() => deadLetters(1));
    expect(letter).toMatchObject({ service: 'ingestion', organizationId: 'org_a', subject: SUBJECT, reason: expect.stringMatching(/not valid; \/app\/id: /), truncated: false });
    expect(Buffer.from(letter?.payload ?? '', 'base64').toString()).toBe(body);
    expect(await storedIds()).toEqual([]);
  });

  it('of what is no JSON becomes a dead letter, byte for byte', async () => {
    ingestion.streams.nats.publish(SUBJECT, Uint8Array.of(0xff, 0x00));
    const [letter] = await eventually(() => deadLetters(1));
    expect(letter).toMatchObject({ reason: expect.stringContaining('not UTF-8'), payload: '/wA=' });
  });

  it('of a batch stores the good events and makes a dead letter of each bad one', async () => {
    const bad = [{ ...event, app: {} }, { ...event, type: 'nonsense' }];
    ingestion.streams.nats.publish(SUBJECT, JSON.stringify({ events: [{ ...event, id: 'b1' }, bad[0], { ...event, id: 'b2' }, bad[1]] }));
    const letters = await eventually(() => deadLetters(2));
    expect(await storedIds()).toEqual(['b1', 'b2']);
    expect(letters.map(({ payload }) => JSON.parse(Buffer.from(payload, 'base64').toString()) as unknown)).toEqual(expect.arrayContaining(bad));
    expect(letters.map(({ reason }) => reason)).toEqual(expect.arrayContaining([expect.stringContaining('/app/id'), expect.stringContaining('/type')]));
  });

  it('for an organization that does not exist becomes a dead letter of it', async () => {
    ingestion.streams.nats.publish(ingestSubject('org_nobody'), JSON.stringify(event));
    const letters = await eventually(() => deadLetters(1));
    expect(letters).toMatchObject([{ organizationId: 'org_nobody', reason: expect.stringContaining('no organization org_nobody') }]);
  });
});

async function request(body: unknown, subject = SUBJECT): Promise<Record<string, unknown>> {
  const answer = await ingestion.streams.nats.request(subject, typeof body === 'string' ? body : JSON.stringify(body), { timeout: 5_000 });
  return answer.json();
}

/** The server takes no message over 1 MiB. */
function fitsIntoMessage({ body }: { body: string }): boolean {
  return body.length < 1024 * 1024;
}

async function deadLetters(count: number) {
  const letters = await ingestion.streams.deadLetters();
  expect(letters).toHaveLength(count);
  return letters;
}

async function storedIds(): Promise<string[]> {
  return (await ingestion.streams.accepted()).map((record) => record.event.id);
}

async function expectNothingStored(): Promise<void> {
  expect(await storedIds()).toEqual([]);
  expect(await ingestion.streams.deadLetters()).toEqual([]);
}
