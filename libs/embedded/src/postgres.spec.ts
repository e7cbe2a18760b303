import { once } from 'node:events';
import { access, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedStartError } from './errors.js';
import type { EmbeddedPostgres } from './postgres-launch.js';
import { startPostgres, type PostgresOptions } from './postgres.js';
import { cleanUp, temporaryFolder } from './spec-owner.js';

const started: EmbeddedPostgres[] = [];

async function start(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres(options);
  started.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

describe('an embedded PostgreSQL', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    dataDir = await temporaryFolder();
    // What a killed initdb leaves behind.
    await mkdir(join(dataDir, 'postgres.init-killed', 'data'), { recursive: true });
    server = await start({ dataDir });
    await query(server.url, 'create table kept as select 1 as id');
  });
  afterAll(async () => {
    await Promise.all(started.map((postgres) => postgres.kill()));
    await cleanUp();
  });

  async function restart(options: Partial<PostgresOptions> = {}): Promise<void> {
    server = await start({ dataDir, port: server.port, ...options });
  }

  it('starts beside the leftovers of an interrupted first start, and removes them', async () => {
    expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.init'))).toEqual([]);
  });

  it('is PostgreSQL 18, durable, UTF-8, in UTC, on loopback only, with no unix socket', async () => {
    const sql = `select array[current_setting('server_version_num')::int / 10000 || '', current_setting('fsync'),
      current_setting('full_page_writes'), current_setting('server_encoding'), current_setting('timezone'),
      current_setting('listen_addresses'), current_setting('unix_socket_directories')]`;
    expect(await query(server.url, sql)).toEqual([['18', 'on', 'on', 'UTF8', 'UTC', '127.0.0.1', '']]);
  });

  it('lets nobody in without the password, which only its owner may read', async () => {
    const address = new URL(server.url);
    expect(address.pathname).toBe('/buildwire');
    address.password = 'guessed';
    await expect(query(address.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
  });

  it('keeps its rows over a stop, and may be stopped twice', async () => {
    await server.stop();
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await restart();
    expect(await query(server.url, 'select id from kept')).toEqual([1]);
  });

  it('comes back at once after a kill, also when a worker is busy in a long query', async () => {
    const busy = query(server.url, 'select count(*) from generate_series(1, 1e12)').catch(() => 'broken');
    await expect.poll(() => query(server.url, `select state from pg_stat_activity where query like '%1e12%'`)).toContain('active');
    await server.kill();
    await restart();
    expect(await query(server.url, 'select id from kept')).toEqual([1]);
    expect(await busy).toBe('broken');
  });

  it('takes settings and another database', async () => {
    await server.stop();
    await restart({ settings: { work_mem: '9MB' }, database: 'a "b" c' });
    expect(await query(server.url, `select array[current_setting('work_mem'), current_database()]`)).toEqual([['9MB', 'a "b" c']]);
  });

  it('says why when the password is not the one of the first start', async () => {
    await server.stop();
    const failed = startPostgres({ dataDir, password: 'another' });
    await expect(failed).rejects.toBeInstanceOf(EmbeddedStartError);
    await expect(failed).rejects.toThrow(/password authentication failed/);
    await restart();
  });

  it('runs beside another one', async () => {
    const other = await start({ dataDir: await temporaryFolder() });
    await query(other.url, 'create table kept as select 2 as id');
    expect(await query(server.url, 'select id from kept')).toEqual([1]);
    expect(await query(other.url, 'select id from kept')).toEqual([2]);
    await other.stop();
  });

  it('refuses a busy port before it creates anything', async () => {
    const foreign = createServer().listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const { port } = foreign.address() as AddressInfo;
    const elsewhere = await temporaryFolder();
    const refused = startPostgres({ dataDir: elsewhere, port });
    await expect(refused).rejects.toMatchObject({ code: 'embedded.port_in_use', port, service: 'postgres' });
    await expect(access(join(elsewhere, 'postgres'))).rejects.toThrow();
    foreign.close();
  });

  it('is not kept from starting by a stale pid file whose pid is another process', async () => {
    await server.stop();
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.ppid}\n${join(dataDir, 'postgres')}\n`);
    await restart();
    expect(await query(server.url, 'select id from kept')).toEqual([1]);
  });
});
