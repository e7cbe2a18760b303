import { eventAccepted, webhookRefused } from '@buildwire/contracts';
import type { EventAccepted, ServiceName } from '@buildwire/contracts';
import { eventually, startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { Controller } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OnMessages } from './index.js';
import { anEvent } from './spec-support/an-event.js';
import { startService } from './spec-support/service.js';
import type { RunningService } from './spec-support/service.js';
import { StrandedMessages } from './stranded-messages.js';

let handled: string[] = [];
let gate: Promise<void> = Promise.resolve();

@Controller()
class MatchEvent {
  @OnMessages('matching', eventAccepted)
  async handle(records: EventAccepted[]): Promise<void> {
    await gate;
    handled.push(...records.map(({ event }) => event.id));
  }
}

@Controller()
class DisableWebhook {
  @OnMessages('matching', webhookRefused)
  async handle(): Promise<void> {}
}

let nats: TestNats;
let connection: NatsConnection;
let manager: JetStreamManager;
let bystander: RunningService;
let service: RunningService | undefined;

beforeAll(async () => {
  nats = await startTestNats();
  connection = await connect({ servers: nats.url });
  manager = await jetstreamManager(connection);
});
afterAll(async () => {
  await connection.close();
  await nats.stop();
});

beforeEach(async () => {
  handled = [];
  gate = Promise.resolve();
  bystander = await startService(nats.url, [], []);
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await bystander.stop();
});

describe('a message that its consumer has passed by', () => {
  it('is published again, with all like it, and handled once', async () => {
    const last = await store('one', 'two', 'three');
    await passBy('BUILDWIRE_EVENTS', 'matching', last);
    await matching();
    await eventually(() => expect(handled).toEqual(['three']));

    // At the first look they might be on their way.
    await looks('matching', 1);
    expect(await sequencesOf('BUILDWIRE_EVENTS')).toEqual([last - 2, last - 1]);
    await looks('matching', 2);
    await eventually(() => expect(handled).toEqual(['three', 'one', 'two']));
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));
  });

  it('is found although nothing came after it', async () => {
    const last = await store('lonely');
    await passBy('BUILDWIRE_EVENTS', 'matching', last + 1);
    await matching();
    await looks('matching', 2);
    await eventually(() => expect(handled).toEqual(['lonely']));
  });

  it('is published again once, however many replicas find it at a time', async () => {
    const last = await store('first', 'second');
    await passBy('BUILDWIRE_EVENTS', 'matching', last);
    await matching();
    await eventually(() => expect(handled).toEqual(['second']));
    await Promise.all([looks('matching', 2), looks('matching', 2), looks('matching', 2)].map((looking) => looking.catch(() => undefined)));
    await looks('matching', 2);
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));
    expect(handled).toEqual(['second', 'first']);
  });

  it('is found in its lane behind older messages of another, which stay', async () => {
    const { sequence: older } = await storeRaw('buildwire.delivery.rendered.bulk.org_spec');
    const { sequence: passed } = await storeRaw('buildwire.delivery.rendered.new.org_spec');
    await passBy('BUILDWIRE_RENDERED', 'delivery-new', passed + 1);
    await looks('delivery', 1);
    await whileAskedFor('BUILDWIRE_RENDERED', 'delivery-new', () => looks('delivery', 1).then(() => looks('delivery', 2)));
    expect(await sequencesOf('BUILDWIRE_RENDERED')).toEqual([older, passed + 1]);
    await manager.streams.purge('BUILDWIRE_RENDERED');
  });
});

describe('a message that is not passed by', () => {
  it('stays where it is while it is worked on, however long that takes', async () => {
    let open = (): void => undefined;
    gate = new Promise<void>((resolve) => (open = resolve));
    const sequence = await store('slow');
    await matching();
    await eventually(async () => expect((await manager.consumers.info('BUILDWIRE_EVENTS', 'matching')).num_ack_pending).toBe(1));
    await looks('matching', 3);
    expect(await sequencesOf('BUILDWIRE_EVENTS')).toEqual([sequence]);
    open();
    await eventually(() => expect(handled).toEqual(['slow']));
    await eventually(async () => expect(await storedIn('BUILDWIRE_EVENTS')).toBe(0));
  });

  it('stays where it is while nobody asks for it', async () => {
    const sequence = await store('waiting');
    await looks('matching', 3);
    expect(await sequencesOf('BUILDWIRE_EVENTS')).toEqual([sequence]);
    await manager.streams.purge('BUILDWIRE_EVENTS');
  });

  it('stays where it is while its consumer is paused', async () => {
    await matching();
    await manager.consumers.pause('BUILDWIRE_EVENTS', 'matching', new Date(Date.now() + 60_000));
    const sequence = await store('paused');
    await looks('matching', 3);
    expect(await sequencesOf('BUILDWIRE_EVENTS')).toEqual([sequence]);
    expect(await manager.consumers.info('BUILDWIRE_EVENTS', 'matching')).toMatchObject({ paused: true, num_ack_pending: 0 });
    await manager.consumers.resume('BUILDWIRE_EVENTS', 'matching');
    await manager.streams.purge('BUILDWIRE_EVENTS');
  });

  it('stays where it is while one of two readers has not had it', async () => {
    const { sequence } = await storeRaw('buildwire.delivery.closed.org_spec');
    await passBy('BUILDWIRE_ATTEMPTS', 'delivery', sequence + 1);
    await whileAskedFor('BUILDWIRE_ATTEMPTS', 'delivery', () => looks('delivery', 3));
    expect(await sequencesOf('BUILDWIRE_ATTEMPTS')).toEqual([sequence]);
    await manager.streams.purge('BUILDWIRE_ATTEMPTS');
  });
});

it('is looked for again when the broker is back', async () => {
  const stranded = new StrandedMessages(bystander.broker, ['matching']);
  await nats.kill();
  await expect(stranded.look()).rejects.toThrow();
  await nats.restart();
  await eventually(() => stranded.look());
});

async function matching(): Promise<void> {
  service = await startService(nats.url, ['matching'], [MatchEvent, DisableWebhook]);
  await eventually(async () => expect((await manager.consumers.info('BUILDWIRE_EVENTS', 'matching')).num_waiting).toBeGreaterThan(0));
}

async function looks(of: ServiceName, times: number): Promise<void> {
  const stranded = new StrandedMessages(bystander.broker, [of]);
  for (let look = 0; look < times; look += 1) await stranded.look();
}

/** What the server's fault does: the consumer goes on at this sequence. */
async function passBy(stream: string, durable: string, nextSequence: number): Promise<void> {
  await manager.consumers.reset(stream, durable, nextSequence);
}

/** Gives the sequence of the last. */
async function store(...ids: string[]): Promise<number> {
  let last = 0;
  for (const id of ids) ({ sequence: last } = await storeRaw(eventAccepted.subject(anEvent(id)), JSON.stringify([anEvent(id)])));
  return last;
}

async function storeRaw(subject: string, payload = '[]'): Promise<{ sequence: number }> {
  const { seq } = await jetstream(connection).publish(subject, payload);
  return { sequence: seq };
}

/** Somebody waits for its next message meanwhile. */
async function whileAskedFor(stream: string, durable: string, meanwhile: () => Promise<void>): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(stream, durable);
  const next = consumer.next({ expires: 30_000 }).catch(() => null);
  await eventually(async () => expect((await manager.consumers.info(stream, durable)).num_waiting).toBeGreaterThan(0));
  await meanwhile();
  // Ends the wait.
  await manager.consumers.delete(stream, durable);
  await next;
}

async function sequencesOf(stream: string): Promise<number[]> {
  const { state } = await manager.streams.info(stream, { deleted_details: true });
  const deleted = new Set(state.deleted);
  return Array.from({ length: state.messages + deleted.size }, (_, index) => state.first_seq + index).filter((sequence) => !deleted.has(sequence));
}

async function storedIn(stream: string): Promise<number> {
  return (await manager.streams.info(stream)).state.messages;
}
