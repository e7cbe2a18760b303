import { createServer } from 'node:net';
import { PortInUseError, type EmbeddedService } from './errors.js';

export const LOOPBACK = '127.0.0.1';

/** Between choosing a free port and the server taking it, another program may; then another one is chosen. */
const TRIES = 5;

export interface Listening {
  service: EmbeddedService;
  host: string;
  /** 0 is any free port. */
  port: number;
}

/** Throws PortInUseError when a port was asked for and is taken. */
export async function requirePort({ service, host, port }: Listening): Promise<void> {
  if (port !== 0 && !(await isFree(host, port))) throw new PortInUseError(service, port);
}

/** Starts a server on the port asked for, or on any free one. */
export async function startOnPort<T>(wanted: Listening, start: (port: number) => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    const port = wanted.port || (await anyFreePort(wanted.host));
    try {
      return await start(port);
    } catch (error) {
      if (await isFree(wanted.host, port)) throw error;
      if (wanted.port !== 0 || left <= 1) throw new PortInUseError(wanted.service, port);
    }
  }
}

/** The address under which this machine reaches a server that listens on `host`. */
export function dialled(host: string): string {
  if (host === '0.0.0.0') return LOOPBACK;
  return host === '::' ? '::1' : host;
}

/** As written in a URL. */
export function inUrl(host: string): string {
  const address = dialled(host);
  return address.includes(':') ? `[${address}]` : address;
}

/** Whether nobody listens there. */
export async function isFree(host: string, port: number): Promise<boolean> {
  return listenOnce(host, port).then(() => true, (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return false;
    throw error;
  });
}

export const anyFreePort = (host: string): Promise<number> => listenOnce(host, 0);

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
