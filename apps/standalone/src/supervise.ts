import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from '@buildwire/embedded';

const RESTART_MS = 200;

/** A server that can be stopped, and that tells when it ended. */
export interface Child {
  url: string;
  port: number;
  stop(): Promise<void>;
  exited: Promise<Exit>;
}

/** A server that is started again, on the same port, whenever it dies. */
export interface Supervised {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server and keeps it running until it is stopped. Rejects if the first start fails. */
export async function supervise(name: string, start: (port: number) => Promise<Child>, port: number): Promise<Supervised> {
  const first = await start(port);
  let current: Child | undefined = first;
  let stopping = false;

  const watch = async (): Promise<void> => {
    while (!stopping) {
      if (current !== undefined) await current.exited;
      if (stopping) return;
      process.stderr.write(`the embedded ${name} died, starting it again\n`);
      await sleep(RESTART_MS);
      current = await start(first.port).catch((error: unknown) => {
        process.stderr.write(`the embedded ${name} does not start: ${String(error)}\n`);
        return undefined;
      });
    }
  };
  const watching = watch();

  const stop = async (): Promise<void> => {
    stopping = true;
    await current?.stop();
    await watching;
  };
  return { url: first.url, stop };
}
