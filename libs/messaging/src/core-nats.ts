import { UnavailableError } from '@buildwire/contracts';
import { ClosedConnectionError, DrainingConnectionError, RequestError, TimeoutError } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { Broker } from './broker.js';

/** A request, or a message that nobody waits for an answer to. */
export interface Request {
  subject: string;
  data: Uint8Array;
  expectsReply: boolean;
}

type Subscribe = (nats: NatsConnection) => Subscription;

/** Core NATS: announcements to every replica, and requests to one. Nothing here is stored. */
export class CoreNats implements BeforeApplicationShutdown {
  private readonly logger = new Logger('CoreNats');
  private readonly subscriptions: Subscription[] = [];
  private readonly answering = new Set<Promise<void>>();

  constructor(private readonly broker: Broker) {}

  /** Tells every listener. Resolves when the server has it, so what is published afterwards arrives afterwards. */
  async announce(subject: string, value: unknown): Promise<void> {
    const { nats } = this.broker;
    nats.publish(subject, JSON.stringify(value));
    await nats.flush();
  }

  /** Hears announcements from now on, also after reconnecting. */
  listen(subject: string, listener: (value: unknown, subject: string) => void): void {
    const callback = (error: Error | null, message: Msg) => {
      if (error === null) listener(message.json(), message.subject);
    };
    this.whenConnected((nats) => nats.subscribe(subject, { callback: this.guarded(callback) }));
  }

  /** What whoever serves the subject answers, parsed from JSON. Throws an {@link UnavailableError} if nobody does, or not within `timeoutMs`. */
  async request(subject: string, value: unknown, { timeoutMs }: { timeoutMs: number }): Promise<unknown> {
    const { nats } = this.broker;
    try {
      return (await nats.request(subject, JSON.stringify(value), { timeout: timeoutMs })).json();
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      throw new UnavailableError('broker', { cause: error, detail: `nobody answers on ${subject}` });
    }
  }

  /** Answers requests; replicas that name the same queue share them. What the handler returns is the reply. */
  serve(subject: string, queue: string, handler: (request: Request) => Promise<string>): void {
    const callback = (error: Error | null, message: Msg) => {
      if (error !== null) return;
      const answered = this.answer(message, handler).finally(() => this.answering.delete(answered));
      this.answering.add(answered);
    };
    this.whenConnected((nats) => nats.subscribe(subject, { queue, callback: this.guarded(callback) }));
  }

  /** Takes no more requests and answers those in hand. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.broker.isConnected) await Promise.all(this.subscriptions.map((subscription) => subscription.drain()));
    await Promise.all(this.answering);
  }

  private async answer(message: Msg, handler: (request: Request) => Promise<string>): Promise<void> {
    try {
      const reply = await handler({ subject: message.subject, data: message.data, expectsReply: message.reply !== undefined && message.reply !== '' });
      message.respond(reply);
    } catch (error) {
      this.logger.error(`a request on ${message.subject} could not be answered: ${String(error)}`);
    }
  }

  /** A throw in a subscription's callback would end the subscription. */
  private guarded(callback: (error: Error | null, message: Msg) => void): typeof callback {
    return (error, message) => {
      try {
        callback(error, message);
      } catch (thrown) {
        this.logger.error(`a message on ${message.subject} was not understood: ${String(thrown)}`);
      }
    };
  }

  private whenConnected(subscribe: Subscribe): void {
    if (this.broker.isConnected) {
      this.subscriptions.push(subscribe(this.broker.nats));
      return;
    }
    void this.broker.whenConnected(2 ** 31 - 1).then((connected) => {
      if (connected) this.subscriptions.push(subscribe(this.broker.nats));
    });
  }
}

function isUnanswered(error: unknown): boolean {
  return [RequestError, TimeoutError, ClosedConnectionError, DrainingConnectionError].some((kind) => error instanceof kind);
}
