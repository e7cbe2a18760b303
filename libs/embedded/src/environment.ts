import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const KEPT = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH'];
const run = promisify(execFile);

/** What a child may see of our environment: never our secrets, nor PG* variables that would change what PostgreSQL does. */
export function childEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

/** A program's standard output; undefined when it is missing or fails. */
export async function outputOf(
  [program = '', ...args]: readonly string[],
  as: { uid?: number; gid?: number } = {},
): Promise<string | undefined> {
  const options = { ...as, env: childEnvironment(), cwd: '/', timeout: 10_000 };
  return run(program, args, options).then(({ stdout }) => stdout, () => undefined);
}
