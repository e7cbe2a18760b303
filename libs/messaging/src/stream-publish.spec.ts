import { startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from './broker.js';
import { NotStoredError, StreamPublish } from './stream-publish.js';

const payload = Buffer.from('{}');
let nats: TestNats;
let broker: Broker;
let streams: StreamPublish;
beforeAll(async () => {
  nats = await startTestNats();
  const connection = await connect({ servers: nats.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'ONE', subjects: ['one.*'], max_msgs: 2, discard: 'new' });
  await connection.close();
  broker = new Broker({ url: nats.url, name: 'spec' });
  await broker.whenConnected(5_000);
  streams = new StreamPublish(broker);
});
afterAll(async () => {
  await broker.onApplicationShutdown();
  await nats.stop();
});

const options = { stream: 'ONE', timeoutMs: 5_000 };

describe('a publish to a stream', () => {
  it('resolves when it is stored; again under its id it stores nothing', async () => {
    await streams.send('one.a', payload, { ...options, messageId: 'a' });
    await streams.send('one.a', payload, { ...options, messageId: 'a' });
    expect(await stored()).toBe(1);
  });

  it('is refused with the code of the server by a stream that is full', async () => {
    await streams.send('one.b', payload, { ...options, messageId: 'b' });
    const refusal = await streams.send('one.c', payload, { ...options, messageId: 'c' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NotStoredError);
    expect(refusal).toMatchObject({ code: 10077 });
  });

  it('is refused if another stream would take it', async () => {
    await expect(streams.send('one.d', payload, { ...options, stream: 'TWO', messageId: 'd' })).rejects.toMatchObject({ code: 10060 });
  });

  it('is refused at once if no stream would', async () => {
    await expect(streams.send('two.a', payload, { ...options, messageId: 'e' })).rejects.toThrow('there is no such stream');
  });

  it('is refused when nobody answers in time', async () => {
    const connection = await connect({ servers: nats.url });
    connection.subscribe('three.a', { callback: () => undefined });
    await connection.flush();
    await expect(streams.send('three.a', payload, { ...options, messageId: 'f', timeoutMs: 50 })).rejects.toThrow('did not answer in time');
    await connection.close();
  });
});

async function stored(): Promise<number> {
  return (await (await broker.manager()).streams.info('ONE')).state.messages;
}
