import pg from 'pg';
import type { Stack } from './stack.js';

/** Runs work with a connection to the stack's Postgres; with `five` only. */
export async function withDatabase<Result>({ databaseUrl }: Stack, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  if (databaseUrl === undefined) throw new Error('only the Postgres of five processes is known');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
