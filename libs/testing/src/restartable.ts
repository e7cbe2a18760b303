import type { TemporaryFolder } from './temporary-folder.js';

interface Server {
  url: string;
  port: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface Restartable {
  /** Stays the same over restarts. */
  url: string;
  /** Stops the server if it runs, and starts it on the same data and port. */
  restart(): Promise<void>;
  /** SIGKILL; `restart` brings it back with its data. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A server on a temporary folder that may go away and come back. */
export async function restartable<T extends Server>(
  folder: TemporaryFolder,
  start: (port: number) => Promise<T>,
): Promise<Restartable> {
  let server = await start(0).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  const { url, port } = server;
  return {
    url,
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start(port);
    },
    stop: async () => {
      await server.stop();
      await folder.remove();
    },
  };
}
