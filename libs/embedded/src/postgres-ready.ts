import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Line of postmaster.pid that tells the server's state. */
const STATUS_LINE = 7;
const CONNECT_TIMEOUT_MS = 10_000;

/** True when this very process accepts connections, as it wrote itself: a foreign server on the port cannot pass for it. */
export async function acceptsConnections(folder: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[STATUS_LINE]?.trim() === 'ready';
}

export interface Address {
  host: string;
  port: number;
  user: string;
  password: string;
}

/** Connects, which proves the password, and creates the database if it is missing. */
export async function ensureDatabase(address: Address, database: string): Promise<void> {
  const client = new pg.Client({ ...address, database: 'postgres', connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A server that dies under an idle client emits an error nobody else would hear.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (!rowCount) await client.query(`create database ${pg.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
