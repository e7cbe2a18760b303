import { UnavailableError, deliveryMatched, eventAccepted, webhookRefused } from '@buildwire/contracts';
import type { EventAccepted, MessageDeadLettered } from '@buildwire/contracts';
import { eventually, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Controller } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OnMessages, discard } from './index.js';
import type { Origin, Outcome } from './index.js';
import { anEvent } from './spec-support/an-event.js';
import { startService } from './spec-support/service.js';
import type { RunningService } from './spec-support/service.js';

type Batch = { records: EventAccepted[]; origins: Origin[] };
let answer: (batch: Batch) => Promise<Outcome[] | void>;
let batches: Batch[] = [];

@Controller()
class MatchEvent {
  @OnMessages('matching', eventAccepted)
  handle(records: EventAccepted[], origins: Origin[]): Promise<Outcome[] | void> {
    batches.push({ records, origins });
    return answer({ records, origins });
  }
}

@Controller()
class DisableWebhook {
  @OnMessages('matching', webhookRefused)
  async handle(): Promise<void> {}
}

let nats: TestNats;
let service: RunningService;

beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(async () => nats.stop());

beforeEach(async () => {
  answer = async () => undefined;
  batches = [];
  service = await startService(nats.url, ['matching'], [MatchEvent, DisableWebhook]);
});
afterEach(async () => service.stop());

describe('the JetStream transport', () => {
  it('hands over every record with its place, and leaves the stream empty', async () => {
    const events = Array.from({ length: 300 }, (_, index) => anEvent(`e${index}`));
    await service.publisher.publishAll(eventAccepted, events);
    await eventually(() => expect(handled()).toHaveLength(300));

    const origins = batches.flatMap((batch) => batch.origins.map(({ sequence, index }) => `${sequence}.${index}`));
    expect(new Set(origins).size).toBe(300);
    expect(handled()).toEqual(events.map(({ event }) => event.id));
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));
  });

  it('packs records that are published together into few messages', async () => {
    await service.publisher.publishAll(eventAccepted, Array.from({ length: 128 }, (_, index) => anEvent(`packed${index}`)));
    await eventually(() => expect(handled()).toHaveLength(128));
    expect(new Set(batches.flatMap((batch) => batch.origins.map(({ sequence }) => sequence))).size).toBe(2);
  });

  it('stores a record once that is published twice under one key', async () => {
    const { id, ...rest } = anEvent('twice').event;
    await service.publisher.publish(eventAccepted, { organizationId: 'org_spec', event: { id, ...rest } });
    await service.publisher.publish(eventAccepted, { organizationId: 'org_spec', event: { id, ...rest } });
    await service.publisher.publish(eventAccepted, anEvent('after'));
    await eventually(() => expect(handled()).toContain('after'));
    expect(handled()).toEqual(['twice', 'after']);
  });

  it('tries the same records again while a dependency is away, and gives none back', async () => {
    answer = async () => {
      if (batches.length < 4) throw new UnavailableError('database');
    };
    await service.publisher.publish(eventAccepted, anEvent('patient'));
    await eventually(() => expect(handled()).toEqual(['patient', 'patient', 'patient', 'patient']));
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));
  });

  it('buries only the record that makes its handler fail', async () => {
    answer = async ({ records }) => {
      if (records.some(({ event }) => event.id === 'poison')) throw new Error('cannot stomach this');
    };
    await service.publisher.publishAll(eventAccepted, ['good1', 'poison', 'good2'].map(anEvent));
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));

    const [letter] = await takeDeadLetters();
    expect(letter?.reason).toContain('cannot stomach this');
    expect(Buffer.from(letter?.payload ?? '', 'base64').toString()).toContain('poison');
    expect(await takeDeadLetters()).toEqual([]);
  });

  it('buries what a handler discards, with its reason', async () => {
    answer = async ({ records }) => records.map(({ event }) => (event.id === 'bad' ? discard('it is bad') : { kind: 'done' }));
    await service.publisher.publishAll(eventAccepted, ['fine', 'bad'].map(anEvent));
    await eventually(async () => expect(await storedIn('BUILDWIRE_DEAD_LETTERS')).toBe(1));
    expect((await takeDeadLetters()).map(({ reason }) => reason)).toEqual(['it is bad']);
  });

  it.each([
    ['no JSON', 'org_spec', '{', 'cannot be read'],
    ['no array', 'org_spec', '{}', 'not a JSON array'],
    ['a record of the wrong shape', 'org_spec', '[{"organizationId":"org_spec"}]', 'it cannot be read: /0/event: '],
    ['another organization’s record', 'org_other', JSON.stringify([anEvent('foreign')]), 'a record of org_spec'],
  ])('buries a message that holds %s', async (_, organizationId, payload, reason) => {
    await publishRaw(eventAccepted.subject({ ...anEvent('raw'), organizationId }), payload);
    await eventually(async () => expect(await storedIn('BUILDWIRE_DEAD_LETTERS')).toBe(1));
    const [letter] = await takeDeadLetters();
    expect(letter).toMatchObject({ service: 'matching', organizationId, payload: Buffer.from(payload).toString('base64') });
    expect(letter?.reason).toContain(reason);
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));
  });

  it('goes on after the broker was killed and came back, and loses nothing', async () => {
    await service.publisher.publish(eventAccepted, anEvent('before'));
    await nats.kill();
    const during = service.publisher.publish(eventAccepted, anEvent('during'));
    await nats.restart();
    await during;
    await eventually(() => expect(new Set(handled())).toEqual(new Set(['before', 'during'])));
  });

  it('goes on after an operator removed its consumer', async () => {
    const connection = await connect({ servers: nats.url });
    await (await jetstreamManager(connection)).consumers.delete('BUILDWIRE_EVENTS', 'matching');
    await connection.close();
    await service.publisher.publish(eventAccepted, anEvent('survivor'));
    // What an earlier kill cost an acknowledgement may come again too.
    await eventually(() => expect(handled()).toContain('survivor'));
  });

  it('gives back on stop what it could not do, for the next one to do', async () => {
    answer = () => Promise.reject(new UnavailableError('database'));
    await service.publisher.publish(eventAccepted, anEvent('handed-on'));
    await eventually(() => expect(batches.length).toBeGreaterThan(0));
    await service.stop();

    answer = async () => undefined;
    batches = [];
    service = await startService(nats.url, ['matching'], [MatchEvent, DisableWebhook]);
    await eventually(() => expect(handled()).toContain('handed-on'));
  });

  it('gives back at once what is sent to it while it stops', async () => {
    const connection = await connect({ servers: nats.url });
    const ids = Array.from({ length: 10 }, (_, round) => Array.from({ length: 500 }, (_, index) => `${round}.${index}`));
    for (const [first = '', ...others] of ids) {
      const published = Promise.all([first, ...others].map((id) => jetstream(connection).publish(eventAccepted.subject(anEvent(id)), JSON.stringify([anEvent(id)]))));
      await eventually(() => expect(handled()).toContain(first), { everyMs: 1 });
      await service.stop();
      await published;
      service = await startService(nats.url, ['matching'], [MatchEvent, DisableWebhook]);
    }
    // Long before the acknowledgement wait is over.
    await eventually(() => expect(new Set(handled())).toEqual(new Set(ids.flat())));
    await connection.close();
  });
});

describe('booting', () => {
  @Controller()
  class Second {
    @OnMessages('matching', eventAccepted)
    async handle(): Promise<void> {}
  }

  it('fails when a consumed contract has no handler', async () => {
    await expect(startService(nats.url, ['rendering'], [])).rejects.toThrow(`rendering consumes ${deliveryMatched.name} but has no handler for it`);
  });

  it('fails when a contract has two handlers', async () => {
    await expect(startService(nats.url, ['matching'], [MatchEvent, DisableWebhook, Second])).rejects.toThrow('two handlers for matching event.accepted');
  });
});

describe('publishing', () => {
  it('fails within five seconds while the broker is away', async () => {
    await nats.kill();
    const begun = performance.now();
    await expect(service.publisher.publish(eventAccepted, anEvent('unlucky'))).rejects.toBeInstanceOf(UnavailableError);
    expect(performance.now() - begun).toBeLessThan(5_000);
    await nats.restart();
  });

  it('refuses a record that no message can hold', async () => {
    const huge = anEvent('huge');
    await expect(service.publisher.publish(eventAccepted, { ...huge, event: { ...huge.event, note: 'x'.repeat(1_000_000) } })).rejects.toThrow(RangeError);
  });
});

function handled(): string[] {
  return batches.flatMap(({ records }) => records.map(({ event }) => event.id));
}

async function publishRaw(subject: string, payload: string): Promise<void> {
  const connection = await connect({ servers: nats.url });
  await jetstream(connection).publish(subject, payload);
  await connection.close();
}

async function storedIn(stream: string): Promise<number> {
  const connection = await connect({ servers: nats.url });
  const { state } = await (await jetstreamManager(connection)).streams.info(stream);
  await connection.close();
  return state.messages;
}

async function takeDeadLetters(): Promise<MessageDeadLettered[]> {
  const connection = await connect({ servers: nats.url });
  const consumer = await jetstream(connection).consumers.get('BUILDWIRE_DEAD_LETTERS', 'delivery-log');
  const messages = await consumer.fetch({ max_messages: 10, expires: 1_000 });
  const taken: MessageDeadLettered[] = [];
  for await (const message of messages) {
    taken.push(...message.json<MessageDeadLettered[]>());
    await message.ackAck();
  }
  await connection.close();
  return taken;
}
