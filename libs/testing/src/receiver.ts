import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { sendAnswer, type Answer } from './receiver-answer.js';
import { readRequest, ReceiverLog, type ReceivedRequest } from './receiver-log.js';

/** The answer to one request; `index` counts from 0 over all requests. */
export type Script = (request: ReceivedRequest, index: number) => Answer | Promise<Answer>;

const HOST = '127.0.0.1';
const MAX_HEADER_BYTES = 1024 * 1024;

/** An HTTP endpoint that records every complete request and answers from a script. */
export class Receiver {
  private connections = 0;
  private readonly connectionIds = new WeakMap<Socket, number>();
  private readonly log = new ReceiverLog();
  private readonly server: Server;

  port = 0;
  readonly requests = this.log.requests;
  readonly waitFor = this.log.waitFor.bind(this.log) as ReceiverLog['waitFor'];

  constructor(private script: Script) {
    // Idle connections stay open, so that no request meets a closing one.
    this.server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 0, requestTimeout: 0 });
    this.server.on('connection', (socket) => this.connectionIds.set(socket, (this.connections += 1)));
    this.server.on('request', (request, response) => void this.receive(request, response));
  }

  /** Stays the same after `close`. */
  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** Answers from now on with this script. */
  answerWith(script: Script): void {
    this.script = script;
  }

  async listen(port: number): Promise<this> {
    this.server.listen(port, HOST);
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Stops listening and destroys all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    // A request broken off by its sender is not a request.
    const request = await readRequest(incoming, this.connectionIds.get(incoming.socket) ?? 0).catch(() => undefined);
    if (!request) return;
    const index = this.requests.length;
    this.log.add(request);
    await sendAnswer(incoming, response, await this.script(request, index));
  }
}

/** Starts an endpoint on 127.0.0.1; a fixed `port` lets one come back at the address of another. */
export function startReceiver(script: Script = () => ({}), { port = 0 }: { port?: number } = {}): Promise<Receiver> {
  return new Receiver(script).listen(port);
}
