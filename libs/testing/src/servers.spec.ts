import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNats } from './nats.js';
import { startTestPostgres, type TestPostgres } from './postgres.js';

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const result = await client.query(sql).finally(() => client.end());
  return result.rows;
}

describe('a test NATS', () => {
  it('comes back after a kill with its messages, at the same address', async () => {
    const nats = await startTestNats();
    const before = await connect({ servers: nats.url });
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await jetstream(before).publish('kept', 'x');
    await before.close();

    await nats.kill();
    await nats.restart();
    const after = await connect({ servers: nats.url });
    const { state } = await (await jetstreamManager(after)).streams.info('KEPT');
    await after.close();
    await nats.stop();
    expect(state.messages).toBe(1);
  });
});

describe('a test PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => { server = await startTestPostgres(); });
  afterAll(() => server.stop());

  it('migrates once and gives every test a database of its own', async () => {
    let migrations = 0;
    const migrate = async (url: string) => {
      migrations += 1;
      await rows(url, 'create table build (id int)');
    };
    const [one, other] = await Promise.all([server.createDatabase(migrate), server.createDatabase(migrate)]);
    await rows(one.url, 'insert into build values (1)');
    expect(await rows(one.url, 'select id from build')).toEqual([{ id: 1 }]);
    expect(await rows(other.url, 'select id from build')).toEqual([]);
    expect(migrations).toBe(1);
  });

  it('drops a database that is still connected to', async () => {
    const database = await server.createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await database.drop();
    await expect(rows(database.url, 'select 1')).rejects.toThrow(/does not exist/);
  });

  it('syncs to disk only when asked to', async () => {
    const durable = await startTestPostgres({ durable: true });
    expect(await rows(durable.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await rows(server.url, 'show fsync')).toEqual([{ fsync: 'off' }]);
    await durable.stop();
  });

  it('comes back after a kill', async () => {
    await rows(server.url, 'create table kept as select 1 as id');
    await server.kill();
    await server.restart();
    expect(await rows(server.url, 'select id from kept')).toEqual([{ id: 1 }]);
  });
});
