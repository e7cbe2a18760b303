import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputOf } from './environment.js';
import { startNats } from './nats.js';
import { startPostgres } from './postgres.js';
import { argumentsOf, gone } from './processes.js';
import { cleanUp, startOwner, temporaryFolder, type Owner } from './spec-owner.js';

/** All but setpriv: without it the kernel does not tell the servers that their owner died. */
const NO_SETPRIV = ['unshare', 'sh', 'id'];

let dataDir: string;
let owner: Owner;
beforeEach(async () => { dataDir = await temporaryFolder(); });
afterEach(async () => {
  await owner.kill();
  await cleanUp(owner.nats.pid, owner.postgres.pid);
});

const isRunning = async (pid: number): Promise<boolean> => (await argumentsOf(pid)).length > 0;

async function writeData(): Promise<void> {
  const connection = await connect({ servers: owner.nats.url });
  await (await jetstreamManager(connection)).streams.add({ name: 'EVENTS', subjects: ['event'] });
  await jetstream(connection).publish('event', 'said');
  await connection.close();
  const client = new pg.Client({ connectionString: owner.postgres.url });
  await client.connect();
  await client.query('create table kept as select 1 as id');
  await client.end();
}

async function readData(natsUrl: string, postgresUrl: string): Promise<unknown> {
  const connection = await connect({ servers: natsUrl });
  const { state } = await (await jetstreamManager(connection)).streams.info('EVENTS');
  await connection.close();
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query('select id from kept');
  await client.end();
  return { messages: state.messages, rows };
}

describe('a killed owner', () => {
  it('leaves servers that the next start stops, to take their data and their ports', async () => {
    owner = await startOwner({ dataDir, tools: NO_SETPRIV });
    await writeData();
    await owner.kill();
    expect([await isRunning(owner.nats.pid), await isRunning(owner.postgres.pid)]).toEqual([true, true]);

    const nats = await startNats({ dataDir, port: owner.nats.port });
    const postgres = await startPostgres({ dataDir, port: owner.postgres.port, password: 'secret' });
    expect([await isRunning(owner.nats.pid), await isRunning(owner.postgres.pid)]).toEqual([false, false]);
    expect(await readData(nats.url, postgres.url)).toEqual({ messages: 1, rows: [{ id: 1 }] });
    await Promise.all([nats.stop(), postgres.stop()]);
  });

  it('takes its servers with it where the machine has setpriv', async () => {
    owner = await startOwner({ dataDir });
    await owner.kill();
    const hasSetpriv = (await outputOf(['setpriv', '--pdeathsig', 'INT', 'true'])) !== undefined;
    expect(await gone(owner.nats.pid, hasSetpriv ? 5_000 : 0)).toBe(hasSetpriv);
    expect(await gone(owner.postgres.pid, hasSetpriv ? 5_000 : 0)).toBe(hasSetpriv);
  });
});

describe('a data directory', () => {
  it('is refused while its owner lives, and the servers go on', async () => {
    owner = await startOwner({ dataDir });
    const reason = new RegExp(`in use by process ${owner.pid}`);
    await expect(startNats({ dataDir })).rejects.toThrow(reason);
    await expect(startPostgres({ dataDir })).rejects.toThrow(reason);
    await writeData();
    expect(await readData(owner.nats.url, owner.postgres.url)).toEqual({ messages: 1, rows: [{ id: 1 }] });
  });

  it('never makes us signal a foreign process that has the pid of an earlier server', async () => {
    owner = await startOwner({ dataDir });
    await owner.kill();
    await Promise.all([gone(owner.nats.pid, 5_000), gone(owner.postgres.pid, 5_000)]);

    const innocent = spawn('sleep', ['60']);
    await writeFile(join(dataDir, 'nats.pid'), String(innocent.pid));
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${innocent.pid}\n`);
    const nats = await startNats({ dataDir });
    const postgres = await startPostgres({ dataDir, password: 'secret' });
    expect(await isRunning(innocent.pid ?? 0)).toBe(true);
    await Promise.all([nats.stop(), postgres.stop()]);
    innocent.kill();
  });
});
