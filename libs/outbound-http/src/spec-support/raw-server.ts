import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

/** Speaks to a client byte by byte; called once per request with the socket and the number of the request on it (from 1). */
export type Script = (socket: Socket, requestOnSocket: number) => void;

/** A server on loopback that records every byte and answers from a script; closed when the test has finished. */
export interface RawServer {
  port: number;
  url: string;
  /** Whole requests, as text, in order of arrival. */
  requests: string[];
  connections: Socket[];
  close(): void;
}

export function rawServer(script: Script, host = '127.0.0.1', port = 0): Promise<RawServer> {
  return listening((onSocket) => createServer(onSocket), 'http', script, host, port);
}

export function tlsServer(script: Script, options: TlsOptions): Promise<RawServer> {
  return listening((onSocket) => createTlsServer(options, onSocket), 'https', script);
}

/** Calls the script as soon as the first bytes of a connection are there, and reads no others. */
export function earlyServer(script: (socket: Socket) => void): Promise<RawServer> {
  const once = (socket: Socket) => socket.once('data', () => {
    socket.pause();
    script(socket);
  });
  return listening((onSocket) => createServer(onSocket), 'http', script, '127.0.0.1', 0, once);
}

/** An answer with a length, so that the connection can be kept. */
export function answer(statusCode: number, body = '', ...headers: string[]): string {
  return [`HTTP/1.1 ${statusCode} X`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');
}

/** A script that answers every request with these bytes. */
export function always(bytes: string): Script {
  return (socket) => void socket.write(bytes);
}

/** Writes a chunk again and again until the client has gone. */
export function drip(socket: Socket, chunk: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(chunk), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** Writes as fast as the client reads, until it has gone. */
export function flood(socket: Socket, chunk: string): void {
  const pump = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', pump);
  pump();
}

async function listening(
  create: (onSocket: (socket: Socket) => void) => Server, scheme: string, script: Script, host = '127.0.0.1', wantedPort = 0,
  read: (socket: Socket, requests: string[], script: Script) => void = readRequests,
): Promise<RawServer> {
  const requests: string[] = [];
  const connections: Socket[] = [];
  const server = create((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    read(socket, requests, script);
  });
  await new Promise<void>((resolve) => server.listen(wantedPort, host, resolve));
  const close = () => {
    server.close();
    for (const socket of connections) socket.destroy();
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { port, url: `${scheme}://${host}:${port}/hook`, requests, connections, close };
}

function readRequests(socket: Socket, requests: string[], script: Script): void {
  let received = '';
  let count = 0;
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const end = requestEnd(received);
    if (end === undefined || received.length < end) return;
    requests.push(received.slice(0, end));
    received = received.slice(end);
    count += 1;
    script(socket, count);
  });
}

function requestEnd(received: string): number | undefined {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(received.slice(0, head))?.[1];
  return head + 4 + Number(length ?? 0);
}
