import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { print } from '../terminal.js';
import { describeRequest } from './describe-request.js';

/** On loopback only: what it prints may be anybody's business data. */
const HOST = '127.0.0.1';
/** Bounds what one request may cost; no body of Buildwire's is larger than 1 MiB. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export class BusyPortError extends Error {
  override readonly name = 'BusyPortError';
  readonly code = 'port.busy';

  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} is in use by another program; choose another one: npm run receive -- --port 9001`, options);
  }
}

export interface LocalReceiver {
  url: string;
  close(): void;
}

/** Starts an endpoint that shows every request and answers 200; port 0 is any free one. Throws a {@link BusyPortError}. */
export async function receive(port: number, show: (text: string) => void = print): Promise<LocalReceiver> {
  const server = createServer((request, response) => void answer(request, response, show));
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new BusyPortError(port, { cause: error });
    throw error;
  }
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}/`, close };
}

async function answer(request: IncomingMessage, response: ServerResponse, show: (text: string) => void): Promise<void> {
  // A request that its sender broke off is not shown, and there is nobody to answer.
  const body = await bodyOf(request).catch(() => undefined);
  if (body === undefined) return void response.destroy();
  show(describeRequest({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, receivedAt: new Date() }));
  response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too long');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
