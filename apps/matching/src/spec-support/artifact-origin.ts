import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

export const FILE = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
export const PACKED = gzipSync(FILE);
export const HUGE_BYTES = 200 * 1024 * 1024;
const ETAG = '"v1"';
const MODIFIED = 'Sun, 10 May 2026 14:23:45 GMT';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** How a store of files behaves, by path. */
const answers: Record<string, Answer> = {
  '/file.apk': file,
  '/get-only.apk': (request, response) => (request.method === 'HEAD' ? response.writeHead(403).end() : file(request, response)),
  '/packed': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': PACKED.length, 'set-cookie': 'a=b' }).end(PACKED),
  '/page': (_request, response) => response.writeHead(200, { 'content-type': 'text/html', 'content-disposition': 'inline' }).end('<script>alert(1)</script>'),
  '/moved': (_request, response) => response.writeHead(302, { location: '/file.apk' }).end(),
  '/to-internal': (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  '/reset': (request, response) => response.writeHead(200, { 'content-length': 1_000 }).write('half', () => setImmediate(() => request.socket.resetAndDestroy())),
  '/drip': (_request, response) => drip(response),
  '/silent': () => undefined,
  '/huge': (_request, response) => flood(response),
  '/missing': (_request, response) => response.writeHead(404).end('no such key'),
};

export interface ArtifactOrigin {
  url: string;
  requests: { method: string | undefined; path: string | undefined; headers: IncomingMessage['headers'] }[];
  /** The connections that are open. */
  sockets: Set<Socket>;
  /** How much of the last body was written into the network. */
  written(): number;
  close(): Promise<void>;
}

/** A scripted store of files on loopback. */
export async function startArtifactOrigin(): Promise<ArtifactOrigin> {
  const requests: ArtifactOrigin['requests'] = [];
  const sockets = new Set<Socket>();
  let last: Socket | undefined;
  const server = createServer((request, response) => {
    requests.push({ method: request.method, path: request.url, headers: request.headers });
    last = request.socket;
    response.on('error', () => undefined);
    (answers[request.url ?? ''] ?? answers['/missing'])?.(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const written = () => (last === undefined ? 0 : last.bytesWritten - last.writableLength);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, sockets, written, close };
}

function file({ method, headers }: IncomingMessage, response: ServerResponse): void {
  const about = { 'content-type': 'application/vnd.android.package-archive', etag: ETAG, 'last-modified': MODIFIED, 'accept-ranges': 'bytes' };
  if (headers['if-none-match'] === ETAG || headers['if-modified-since'] === MODIFIED) return void response.writeHead(304, about).end();
  const [from, end] = rangeOf(headers) ?? [0, FILE.length];
  if (from >= FILE.length) return void response.writeHead(416, { ...about, 'content-range': `bytes */${FILE.length}` }).end();
  const bytes = FILE.subarray(from, end);
  const isPart = bytes.length < FILE.length;
  const part = isPart ? { 'content-range': `bytes ${from}-${end - 1}/${FILE.length}` } : {};
  response.writeHead(isPart ? 206 : 200, { ...about, ...part, 'content-length': bytes.length }).end(method === 'HEAD' ? undefined : bytes);
}

function rangeOf(headers: IncomingMessage['headers']): [from: number, end: number] | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const isCurrent = headers['if-range'] === undefined || headers['if-range'] === ETAG;
  return from === undefined || !isCurrent ? undefined : [Number(from), Number(to) + 1];
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 50 });
  let left = 50;
  const timer = setInterval(() => (left-- > 0 ? response.write('x') : response.end()), 5);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': HUGE_BYTES });
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  let left = HUGE_BYTES / chunk.length;
  const pump = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', pump);
  pump();
}
