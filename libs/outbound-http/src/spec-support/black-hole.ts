import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

/** Listens, and then blocks its thread: nobody ever accepts. */
const LISTEN = `
  const server = require('node:net').createServer();
  server.listen({ host: require('node:worker_threads').workerData, port: 0, backlog: 1 }, () => {
    require('node:worker_threads').parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** The port of a host on loopback that drops every SYN, since its queue of two is full. Gone when the test has finished. */
export async function blackHole(host: string): Promise<number> {
  const worker = new Worker(LISTEN, { eval: true, workerData: host });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = Array.from({ length: 6 }, () => connect(port, host).on('error', () => undefined));
  onTestFinished(() => fillers.forEach((socket) => socket.destroy()));
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
  return port;
}
