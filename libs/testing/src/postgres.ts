import { startPostgres } from '@buildwire/embedded';
import pg from 'pg';
import { eventually } from './eventually.js';
import { restartable, type Restartable } from './restartable.js';
import { temporaryFolder } from './temporary-folder.js';

export interface TestPostgresOptions {
  /** True syncs to disk as in production; false (the default) is faster and loses data only with the machine. */
  durable?: boolean;
  settings?: Record<string, string>;
}

export type Migrate = (url: string) => Promise<void>;

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

export interface TestPostgres extends Restartable {
  /** A database of its own, cloned from a template on which this very `migrate` ran once; empty without one. */
  createDatabase(migrate?: Migrate): Promise<TestDatabase>;
}

/** A commit is still handed to the operating system, so it outlives the server's kill, as in production. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

/** A real PostgreSQL of its own, on any free port. */
export async function startTestPostgres({ durable = false, settings = {} }: TestPostgresOptions = {}): Promise<TestPostgres> {
  const folder = await temporaryFolder('postgres');
  const all = { ...(durable ? {} : NOT_DURABLE), ...settings };
  const server = await restartable(folder, (port) => startPostgres({ dataDir: folder.path, port, settings: all }));
  const templates = new Map<Migrate, Promise<string>>();
  return { ...server, createDatabase: (migrate) => cloneOf(server.url, templates, migrate) };
}

async function cloneOf(url: string, templates: Map<Migrate, Promise<string>>, migrate?: Migrate): Promise<TestDatabase> {
  const template = await templateFor(url, templates, migrate);
  const name = nextName('test');
  // A template takes a moment to be free of the migration's last connection.
  await eventually(() => execute(url, `create database ${name} template ${template}`));
  return { url: inDatabase(url, name), drop: () => execute(url, `drop database if exists ${name} with (force)`) };
}

function templateFor(url: string, templates: Map<Migrate, Promise<string>>, migrate?: Migrate): Promise<string> {
  if (!migrate) return Promise.resolve('template1');
  const known = templates.get(migrate) ?? migratedTemplate(url, migrate);
  templates.set(migrate, known);
  return known;
}

async function migratedTemplate(url: string, migrate: Migrate): Promise<string> {
  const name = nextName('template');
  await execute(url, `create database ${name}`);
  await migrate(inDatabase(url, name));
  return name;
}

let created = 0;
const nextName = (kind: string): string => `${kind}_${process.pid}_${(created += 1)}`;

function inDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
