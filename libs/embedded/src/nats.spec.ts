import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, describe, expect, it } from 'vitest';
import { EmbeddedStartError, PortInUseError } from './errors.js';
import { findNatsServer } from './nats-binary.js';
import { launchNats, type EmbeddedNats } from './nats-launch.js';
import { startNats, type NatsOptions } from './nats.js';
import { cleanUp, temporaryFolder } from './spec-owner.js';

const started: EmbeddedNats[] = [];
afterAll(async () => {
  await Promise.all(started.map((nats) => nats.kill()));
  await cleanUp();
});

async function start(options: NatsOptions): Promise<EmbeddedNats> {
  const nats = await startNats(options);
  started.push(nats);
  return nats;
}

async function connected<T>({ url }: EmbeddedNats, use: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: url, reconnect: false });
  return use(connection).finally(() => connection.close());
}

const publish = (nats: EmbeddedNats) => connected(nats, async (connection) => {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'EVENTS', subjects: ['event'] });
  await jetstream(connection).publish('event', 'said');
});

const messages = (nats: EmbeddedNats) => connected(nats, async (connection) => {
  const manager = await jetstreamManager(connection);
  return (await manager.streams.info('EVENTS')).state.messages;
});

describe('an embedded NATS', () => {
  it.each(['stop', 'kill'] as const)('keeps its messages over a %s and a start on the same port', async (end) => {
    const dataDir = await temporaryFolder();
    const first = await start({ dataDir });
    await publish(first);
    await first[end]();
    const again = await start({ dataDir, port: first.port });
    expect(again.url).toBe(first.url);
    expect(await messages(again)).toBe(1);
  });

  it('tells how it ended, and may be stopped twice', async () => {
    const stopped = await start({ dataDir: await temporaryFolder() });
    await stopped.stop();
    await stopped.stop();
    expect(await stopped.exited).toEqual({ code: 0, signal: null });

    const killed = await start({ dataDir: await temporaryFolder() });
    await killed.kill();
    expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('refuses the port of another server instead of using that server', async () => {
    const foreign = await start({ dataDir: await temporaryFolder() });
    const refused = start({ dataDir: await temporaryFolder(), port: foreign.port });
    await expect(refused).rejects.toMatchObject({ code: 'embedded.port_in_use', port: foreign.port, service: 'nats' });
    await expect(refused).rejects.toBeInstanceOf(PortInUseError);
    expect(await connected(foreign, async ({ info }) => info?.server_name)).toMatch(/^buildwire-/);
  });

  it('does not take another server for itself when that one gets the port first', async () => {
    const foreign = await start({ dataDir: await temporaryFolder() });
    const dataDir = await temporaryFolder();
    const files = { configFile: join(dataDir, 'nats.conf'), pidFile: join(dataDir, 'nats.pid') };
    const program = await findNatsServer();
    const late = launchNats({ program, dataDir, ...files, host: '127.0.0.1', port: foreign.port, syncInterval: '1s', maxPayloadBytes: undefined });
    await expect(late).rejects.toThrow(/address already in use/);
  });

  it('is out of reach of a Ctrl-C meant for its owner', async () => {
    const { pid } = await start({ dataDir: await temporaryFolder() });
    const [, , processGroup] = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
    expect(Number(processGroup)).toBe(pid);
  });

  it('syncs every second, on loopback, with the payload limit asked for', async () => {
    const dataDir = await temporaryFolder();
    const nats = await start({ dataDir, maxPayloadBytes: 2 * 1024 * 1024 });
    expect(await readFile(join(dataDir, 'nats.conf'), 'utf8')).toContain('sync_interval: "1s"');
    const info = await connected(nats, async (connection) => connection.info);
    expect(info).toMatchObject({ host: '127.0.0.1', max_payload: 2 * 1024 * 1024, jetstream: true });
  });

  it('says what the server said when it does not start', async () => {
    const failed = startNats({ dataDir: await temporaryFolder(), syncInterval: 'soon' });
    await expect(failed).rejects.toBeInstanceOf(EmbeddedStartError);
    await expect(failed).rejects.toMatchObject({ log: expect.stringContaining('sync_interval') as string });
  });

  it('does not take just any program for a nats-server', async () => {
    await expect(findNatsServer('/bin/true')).rejects.toThrow(/not a nats-server/);
    await expect(findNatsServer('/nowhere/nats-server')).rejects.toThrow(/not a nats-server/);
  });

  it('starts its log anew when it has grown too large, and appends otherwise', async () => {
    const dataDir = await temporaryFolder();
    const log = join(dataDir, 'nats.log');
    await writeFile(log, 'x'.repeat(11 * 1024 * 1024));
    await (await start({ dataDir })).stop();
    const first = await readFile(log, 'utf8');
    expect(first).not.toContain('xxx');

    await (await start({ dataDir })).stop();
    expect((await readFile(log, 'utf8')).startsWith(first)).toBe(true);
  });
});
