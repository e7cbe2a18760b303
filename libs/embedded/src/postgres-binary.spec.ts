import { mkdir, readlink, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linkLibraries } from './postgres-binary.js';

it('links the libraries when no install script did, and leaves links that are there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'buildwire-links-'));
  const lib = join(root, 'native', 'lib');
  await mkdir(lib, { recursive: true });
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  await writeFile(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links));

  await linkLibraries(root);
  await linkLibraries(root);
  expect(await readlink(join(lib, 'libpq.so.5'))).toBe('libpq.so.5.18');
  await rm(root, { recursive: true });
});
