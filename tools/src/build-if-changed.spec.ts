import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually, temporaryFolder } from '@buildwire/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../build-if-changed.sh', import.meta.url));
const STAMP = 'node_modules/.cache/buildwire/built';
/** Stands for Nx: it makes the folder that a first build makes, does what a test wants, and notes that it was there. */
const NX = '#!/bin/sh\nmkdir -p libs/one/dist\n. ./during.sh\necho built >> builds\n';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (path: string) => `${folder.path}/${path}`;
const write = (path: string, text = '') => writeFile(at(path), text);

beforeEach(async () => {
  folder = await temporaryFolder('build');
  for (const path of ['bin', 'apps', 'tools', 'libs/one/src', 'libs/one/node_modules']) await mkdir(at(path), { recursive: true });
  for (const path of ['package.json', 'package-lock.json', 'nx.json', 'tsconfig.base.json', 'libs/one/src/one.ts', 'libs/one/src/two.ts', 'during.sh']) await write(path);
  await write('bin/nx', NX);
  await chmod(at('bin/nx'), 0o755);
  await start();
  // Files are dated by a clock that ticks every few milliseconds: what a test changes is to be later than the build.
  await eventually(async () => {
    await write('tick');
    expect((await stat(at('tick'))).ctimeMs).toBeGreaterThan((await stat(at(STAMP))).mtimeMs);
  }, { everyMs: 1 });
});
afterEach(() => folder.remove());

async function start(): Promise<void> {
  await promisify(execFile)('sh', [SCRIPT], { cwd: folder.path, env: { PATH: `${at('bin')}:${process.env['PATH']}` } });
}

/** How often it was built, after another start. */
async function buildsAfterStart(): Promise<number> {
  await start();
  return (await readFile(at('builds'), 'utf8')).trim().split('\n').length;
}

it('builds once when nothing changes, whatever becomes of what was built or installed', async () => {
  await write('libs/one/dist/one.js');
  await write('libs/one/node_modules/note.txt');
  expect(await buildsAfterStart()).toBe(1);
});

it.each<[string, () => Promise<void>]>([
  ['a source was edited', () => write('libs/one/src/one.ts', 'edited')],
  ['a source was added', () => write('libs/one/src/three.ts')],
  ['a source was deleted', () => rm(at('libs/one/src/two.ts'))],
  ['a file is new here, but has an old date', () => utimes(at('libs/one/src/one.ts'), 0, 0)],
  ['what is installed has changed', () => write('package-lock.json', 'other')],
  ['what was built is gone', () => rm(at('libs/one/dist'), { recursive: true })],
  ['everything was installed anew', () => rm(at('node_modules'), { recursive: true })],
])('builds again when %s, then no more', async (_, change) => {
  await change();
  expect(await buildsAfterStart()).toBe(2);
  expect(await buildsAfterStart()).toBe(2);
});

it('builds again after a build that failed', async () => {
  await write('libs/one/src/one.ts', 'edited');
  await write('during.sh', 'exit 1');
  await expect(start()).rejects.toThrow();
  await write('during.sh');
  expect(await buildsAfterStart()).toBe(2);
});

it('builds again when a source was edited during the build', async () => {
  await write('libs/one/src/one.ts', 'edited');
  await write('during.sh', `until [ -n "$(find libs/one/src/two.ts -newercm ${STAMP}.begun)" ]; do echo more >> libs/one/src/two.ts; done`);
  expect(await buildsAfterStart()).toBe(2);
  await write('during.sh');
  expect(await buildsAfterStart()).toBe(3);
  expect(await buildsAfterStart()).toBe(3);
});
