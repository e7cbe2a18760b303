import { randomBytes } from 'node:crypto';
import { access, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child.js';
import { EmbeddedStartError } from './errors.js';
import { giveTo, type Account } from './postgres-account.js';

/** Leftovers of a killed initdb bear this prefix. */
const UNFINISHED = 'postgres.init-';

export interface Cluster {
  initdb: string;
  account: Account;
  dataDir: string;
  /** Where the cluster shall be. */
  folder: string;
  user: string;
  password: string;
  logPath: string;
}

/** Creates the cluster unless it exists. It appears under its name only when complete. */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  await removeUnfinished(cluster.dataDir);
  if (await exists(join(cluster.folder, 'PG_VERSION'))) return giveTo(cluster.account, cluster.folder);

  const workshop = await mkdtemp(join(cluster.dataDir, UNFINISHED));
  await writeFile(join(workshop, 'password'), cluster.password, { mode: 0o600 });
  await giveTo(cluster.account, workshop);
  await runInitdb(cluster, workshop);
  await rename(join(workshop, 'data'), cluster.folder);
  await syncFolder(cluster.dataDir);
  await rm(workshop, { recursive: true });
}

async function runInitdb({ initdb, account, user, logPath }: Cluster, workshop: string): Promise<void> {
  const flags = ['--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256', '--no-instructions'];
  const paths = [`--pgdata=${join(workshop, 'data')}`, `--pwfile=${join(workshop, 'password')}`];
  const command = [initdb, ...flags, ...paths, `--username=${user}`];
  const { prefix, as } = account;
  const child = await startChild({ service: 'postgres', command, prefix, logPath, onOurDeath: 'KILL', ...as });
  const { code } = await child.exited;
  if (code !== 0) throw new EmbeddedStartError('postgres', 'initdb failed.', await child.logTail());
}

async function removeUnfinished(dataDir: string): Promise<void> {
  const leftovers = (await readdir(dataDir)).filter((name) => name.startsWith(UNFINISHED));
  await Promise.all(leftovers.map((name) => rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 })));
}

/** The superuser's password: the one given, else one made at the first start and kept beside the data. */
export async function passwordFor(dataDir: string, given?: string): Promise<string> {
  if (given !== undefined) return given;
  const path = join(dataDir, 'postgres.password');
  const stored = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (stored) return stored;

  const password = randomBytes(24).toString('base64url');
  await writeFile(path, `${password}\n`, { mode: 0o600, flush: true });
  return password;
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}
