import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { outputOf } from './environment.js';
import { gone } from './processes.js';
import { cleanUp, startOwner, temporaryFolder, type Owner } from './spec-owner.js';

const NOBODY = 65534;
const NO_UNSHARE = ['sh', 'id', 'setpriv'];
const isRoot = process.getuid?.() === 0;

let owner: Owner;
afterEach(async () => {
  await owner.kill();
  await cleanUp(owner.nats.pid, owner.postgres.pid);
});

async function closedFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await chmod(folder, 0o700);
  return join(folder, 'data');
}

/** Effective user of the server as this machine sees it: 0 in a user namespace of root's. */
async function serverUid(): Promise<number> {
  const status = await readFile(`/proc/${owner.postgres.pid}/status`, 'utf8');
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]);
}

describe('PostgreSQL', () => {
  it('starts below a folder that only its user may enter', async () => {
    owner = await startOwner({ dataDir: await closedFolder() });
    const owning = (await stat(join(owner.dataDir, 'postgres'))).uid;
    expect(owning).toBe(await serverUid());
  });

  it('starts for an ordinary user', async () => {
    const dataDir = await temporaryFolder();
    const canSwitch = isRoot && (await outputOf(['test', '-r', import.meta.filename], { uid: NOBODY, gid: NOBODY })) !== undefined;
    if (canSwitch) await chown(dataDir, NOBODY, NOBODY);
    owner = await startOwner({ dataDir, ...(canSwitch && { uid: NOBODY }) });
    expect(await serverUid()).toBe(canSwitch ? NOBODY : process.getuid?.());
  });

  it.each([0o755, 0o700])('starts for root where user namespaces are forbidden, below a folder of mode %o', async (mode) => {
    const folder = await temporaryFolder();
    await chmod(folder, mode);
    owner = await startOwner({ dataDir: join(folder, 'data'), tools: NO_UNSHARE });
    expect(await serverUid()).toBe(isRoot ? NOBODY : process.getuid?.());
    await owner.kill();
    expect(await gone(owner.postgres.pid, 5_000)).toBe(true);
  });

  it('takes over data that another account wrote', async () => {
    const dataDir = await closedFolder();
    owner = await startOwner({ dataDir, tools: NO_UNSHARE });
    await owner.kill();
    await gone(owner.postgres.pid, 5_000);
    owner = await startOwner({ dataDir });
    expect((await stat(join(dataDir, 'postgres', 'base'))).uid).toBe(await serverUid());
  });
});
