import { open, readFile, truncate, type FileHandle } from 'node:fs/promises';

/** A log past this size starts anew with the next start, so an embedded server never fills the disk with old lines. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 20;

export interface LogFile {
  readonly handle: FileHandle;
  /** The last lines written since it was opened. */
  tail(): Promise<string>;
}

export async function openLog(path: string): Promise<LogFile> {
  const handle = await open(path, 'a', 0o600);
  const { size } = await handle.stat();
  const isFull = size > MAX_LOG_BYTES;
  if (isFull) await truncate(path);
  const start = isFull ? 0 : size;

  return { handle, tail: () => tailOf(path, start) };
}

async function tailOf(path: string, start: number): Promise<string> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  return bytes.subarray(start).toString('utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
