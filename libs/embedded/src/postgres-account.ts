import { chown, lchown, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from './environment.js';
import { EmbeddedStartError } from './errors.js';

/** PostgreSQL refuses to run as root; this is how its programs are started instead. */
export interface Account {
  /** Stands before the program. */
  prefix: readonly string[];
  /** What the process itself switches to. */
  as: Identity | Record<string, never>;
  /** Who must own the data; absent: it is left as it is. */
  owner?: Identity;
}

interface Identity {
  uid: number;
  gid: number;
}

/** The usual uid of `nobody`. It must have a name, or initdb fails with "could not look up effective user ID". */
const NOBODY = 65534;

/** The first way that works on this machine, for this program and this data directory. */
export async function findAccount(program: string, dataDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [], as: {} };
  for (const account of await accountsForRoot()) {
    if (await works(account, program, dataDir)) return account;
  }
  const reason = 'it cannot run as root here, nor as another user. Start as an ordinary user, or give the URL of a running one.';
  throw new EmbeddedStartError('postgres', reason);
}

async function accountsForRoot(): Promise<Account[]> {
  const uid = await idOf('-u');
  const gid = await idOf('-g');
  const owner = { uid, gid };
  return [
    // Root by another name: works below folders that only root may enter; hardened containers forbid it.
    { prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'], as: {}, owner: { uid: 0, gid: 0 } },
    { prefix: [], as: owner, owner },
    // Still `nobody`, but let through folders that only root may enter.
    { prefix: throughClosedFolders(owner), as: {}, owner },
  ];
}

function throughClosedFolders({ uid, gid }: Identity): string[] {
  // Without this securebit, access(2), with which PostgreSQL looks for itself, ignores the capability.
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...capability, '--'];
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number(await outputOf(['id', flag, 'nobody'])) || NOBODY;
}

async function works({ prefix, as, owner }: Account, program: string, dataDir: string): Promise<boolean> {
  const folder = await mkdtemp(join(dataDir, '.account-'));
  try {
    if (owner) await chown(folder, owner.uid, owner.gid);
    // Asking for a setting makes it look for its own files, as a start does.
    const script = '"$0" -C port -c config_file=/dev/null -D "$1" && : > "$1/written" && echo works';
    const output = await outputOf([...prefix, 'sh', '-c', script, program, folder], as);
    return output?.endsWith('works\n') ?? false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives the folder and all in it to the account, when it is somebody else's. */
export async function giveTo({ owner }: Account, folder: string): Promise<void> {
  if (!owner || (await stat(folder)).uid === owner.uid) return;
  const entries = await readdir(folder, { recursive: true });
  for (const entry of entries) await lchown(join(folder, entry), owner.uid, owner.gid);
  // Last, so that one interrupted halfway is repeated.
  await chown(folder, owner.uid, owner.gid);
}
