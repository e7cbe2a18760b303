import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '@buildwire/contracts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';

const RETRY_MS = 250;

export interface BrokerOptions {
  /** `nats://host:port`, or several joined by commas; user and password may be in it. */
  url: string;
  /** Shown in the server's connection list. */
  name: string;
}

/**
 * The one connection of a process to NATS. It connects in the background and for ever, so a service starts, and
 * answers 503, while the broker is away.
 */
export class Broker implements OnApplicationShutdown {
  private readonly logger = new Logger('Broker');
  private connection: NatsConnection | undefined;
  private client: JetStreamClient | undefined;
  private connected = false;
  private closing = false;
  private waiters: (() => void)[] = [];
  private readonly connecting: Promise<void>;

  constructor(private readonly options: BrokerOptions) {
    this.connecting = this.connectForEver();
  }

  get isConnected(): boolean {
    return this.connected;
  }

  /** Throws an {@link UnavailableError} while the broker is away. */
  get nats(): NatsConnection {
    if (this.connection === undefined || !this.connected) throw new UnavailableError('broker');
    return this.connection;
  }

  jetstream(): JetStreamClient {
    const connection = this.nats;
    this.client ??= jetstream(connection);
    return this.client;
  }

  manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.nats, { checkAPI: false });
  }

  /** Resolves once connected; false if that takes longer than `timeoutMs` or the broker is being closed. */
  async whenConnected(timeoutMs: number): Promise<boolean> {
    if (this.connected || this.closing) return this.connected;
    const waited = new AbortController();
    const connected = new Promise<void>((resolve) => this.waiters.push(resolve));
    await Promise.race([connected, sleep(timeoutMs, undefined, { signal: waited.signal, ref: false }).catch(() => undefined)]);
    waited.abort();
    return this.connected;
  }

  /** Sends what is buffered and closes. Nest calls it after the transports have been closed, so handlers have finished. */
  async onApplicationShutdown(): Promise<void> {
    this.closing = true;
    this.wake();
    await this.connecting;
    if (this.connected) await this.connection?.drain().catch(() => undefined);
    await this.connection?.close();
    this.connected = false;
  }

  private async connectForEver(): Promise<void> {
    let announced = false;
    while (!this.closing && this.connection === undefined) {
      try {
        this.connection = await connect({
          servers: this.options.url.split(',').map((server) => server.trim()),
          name: this.options.name,
          maxReconnectAttempts: -1,
          // A stack trace for each request costs more than the request.
          noAsyncTraces: true,
          reconnectTimeWait: RETRY_MS,
          pingInterval: 10_000,
          timeout: 3_000,
        });
        this.setConnected(true);
        void this.watch(this.connection);
      } catch (error) {
        if (!announced) this.logger.warn(`NATS does not answer, trying on: ${String(error)}`);
        announced = true;
        await sleep(RETRY_MS);
      }
    }
  }

  private async watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'close') this.setConnected(false);
      if (status.type === 'reconnect') this.setConnected(true);
    }
  }

  private setConnected(connected: boolean): void {
    if (this.connected !== connected) this.logger.log(connected ? 'connected to NATS' : 'lost NATS, reconnecting');
    this.connected = connected;
    if (connected) this.wake();
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
