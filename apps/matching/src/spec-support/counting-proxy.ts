import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  url: string;
  /** How often a client has spoken after it was answered. */
  trips(): number;
  close(): void;
}

/** Stands before Postgres and counts the round trips of all connections. */
export async function startCountingProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url);
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let isAnswered = true;
    client.on('data', () => {
      if (isAnswered) count += 1;
      isAnswered = false;
    });
    upstream.on('data', () => (isAnswered = true));
    client.pipe(upstream).pipe(client);
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) socket.on('error', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String((server.address() as AddressInfo).port);
  return { url: proxied.href, trips: () => count, close: () => server.close() };
}
