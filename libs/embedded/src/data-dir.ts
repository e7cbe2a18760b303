import { mkdir, realpath } from 'node:fs/promises';

/** Creates the folder and gives its real path: what /proc and a server's arguments show must compare equal. */
export async function openDataDir(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return realpath(path);
}
