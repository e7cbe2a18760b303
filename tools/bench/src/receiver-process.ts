import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createListener } from 'node:net';
import type { AddressInfo } from 'node:net';
import { nowMs } from './clock.js';
import { indexIn } from './events.js';
import { answerQuestions } from './process-link.js';

/** What arrived at one path, in order. */
export interface Arrivals {
  indexes: number[];
  /** Epoch ms at which the headers were read. */
  atMs: number[];
  ids: string[];
}

export interface Sample {
  body: string;
  headers: [string, string][];
}

/** `/ok…` answers 200, since Slack's success is no other, `/fail…` 503, `/hang…` never, `/slow-<ms>…` after a while. */
const MORE_HOSTS = 250;
const SLOW = /^\/slow-(\d+)/;

const arrivals = new Map<string, Arrivals>();
const connections = { open: 0, most: 0 };
/** The last request at each path, to be posted again by others. */
const samples = new Map<string, Sample>();

const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
  const atMs = nowMs();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    note(request, body.toString('latin1'), atMs);
    if (!samples.has(request.url ?? '/')) samples.set(request.url ?? '/', { body: body.toString(), headers: headersOf(request) });
    answerAs(request.url ?? '/', response);
  });
});
server.on('connection', (socket) => {
  connections.most = Math.max(connections.most, ++connections.open);
  socket.on('close', () => connections.open--);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
/** One machine cannot be many endpoints: connections are bounded for each origin. So the receiver has other loopback addresses too. */
for (let host = 1; host <= MORE_HOSTS; host++) {
  const listener = createListener((socket) => server.emit('connection', socket)).listen((server.address() as AddressInfo).port, `127.0.2.${host}`);
  await once(listener, 'listening');
}

function note({ url = '/', headers }: IncomingMessage, body: string, atMs: number): void {
  const known = arrivals.get(url) ?? { indexes: [], atMs: [], ids: [] };
  arrivals.set(url, known);
  const index = indexIn(body) ?? -1;
  known.indexes.push(index);
  known.atMs.push(atMs);
  // Chat targets get no id of ours, but one request for each event.
  known.ids.push(String(headers['webhook-id'] ?? `${url} ${index}`));
}

/** Without those that any sender sets itself. */
function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs = rawHeaders.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
  return pairs.filter(([name]) => !/^(host|connection|content-length|webhook-.*)$/i.test(name));
}

function answerAs(url: string, response: ServerResponse): void {
  if (url.startsWith('/hang')) return;
  const slow = SLOW.exec(url)?.[1];
  if (slow !== undefined) setTimeout(() => response.writeHead(200).end(), Number(slow));
  else response.writeHead(url.startsWith('/fail') ? 503 : 200).end();
}

/** Requests and different deliveries among them, in all paths that begin like this. */
function counts(prefix: string): { requests: number; deliveries: number } {
  const found = [...arrivals].filter(([path]) => path.startsWith(prefix)).map(([, { ids }]) => ids);
  return { requests: found.reduce((sum, ids) => sum + ids.length, 0), deliveries: new Set(found.flat()).size };
}

answerQuestions({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  requests: (prefix: string) => [...arrivals].reduce((sum, [path, { ids }]) => sum + (path.startsWith(prefix) ? ids.length : 0), 0),
  counts,
  sample: (path: string) => samples.get(path),
  connections: () => connections.most,
  take: (prefix: string) => {
    const taken = [...arrivals].filter(([path]) => path.startsWith(prefix));
    for (const [path] of taken) {
      arrivals.delete(path);
      samples.delete(path);
    }
    return Object.fromEntries(taken);
  },
});
