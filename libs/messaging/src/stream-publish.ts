import { createInbox, headers } from '@nats-io/nats-core';
import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import type { Broker } from './broker.js';

/** JetStream did not store a message, or did not say so in time; with its error code if it gave one. */
export class NotStoredError extends Error {
  override readonly name = 'NotStoredError';

  constructor(
    message: string,
    readonly code?: number,
  ) {
    super(message);
  }
}

interface Options {
  /** For the stream's duplicate window. */
  messageId: string;
  stream: string;
  timeoutMs: number;
}

interface Waiting {
  timer: NodeJS.Timeout;
  resolve(): void;
  reject(error: NotStoredError): void;
}

/** https://docs.nats.io/reference/reference-protocols/nats_api_reference; an error's `err_code` is what tells errors apart. */
interface Answer {
  error?: { err_code: number; description: string };
}

const NO_RESPONDERS = 503;

/**
 * Publishes to streams and waits for their acknowledgements, on an inbox of its own. The client's `publish` does the same, but makes an
 * error with a stack trace for each message that is acknowledged, which at rest is a tenth of what an event costs.
 */
export class StreamPublish {
  private readonly inbox = createInbox();
  private readonly waiting = new Map<string, Waiting>();
  private connection: NatsConnection | undefined;
  private published = 0;

  constructor(private readonly broker: Broker) {}

  /** Resolves when the message is stored. Throws a {@link NotStoredError}, or an `UnavailableError` while the broker is away. */
  send(subject: string, payload: Uint8Array, { messageId, stream, timeoutMs }: Options): Promise<void> {
    const nats = this.listening();
    const token = (this.published++).toString(36);
    nats.publish(subject, payload, { reply: `${this.inbox}.${token}`, headers: headersOf(messageId, stream) });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(token, new NotStoredError('the stream did not answer in time')), timeoutMs);
      this.waiting.set(token, { timer, resolve, reject });
    });
  }

  /** The client subscribes again by itself when it has reconnected. */
  private listening(): NatsConnection {
    const { nats } = this.broker;
    if (this.connection !== nats) nats.subscribe(`${this.inbox}.*`, { callback: (error, message) => this.answered(error, message) });
    this.connection = nats;
    return nats;
  }

  private answered(error: Error | null, message: Msg): void {
    if (error !== null) return;
    this.settle(message.subject.slice(this.inbox.length + 1), refusalIn(message));
  }

  private settle(token: string, error: NotStoredError | undefined): void {
    const waiting = this.waiting.get(token);
    if (waiting === undefined) return;
    this.waiting.delete(token);
    clearTimeout(waiting.timer);
    if (error === undefined) waiting.resolve();
    else waiting.reject(error);
  }
}

function headersOf(messageId: string, stream: string): MsgHdrs {
  const pairs = headers();
  pairs.set('Nats-Msg-Id', messageId);
  pairs.set('Nats-Expected-Stream', stream);
  return pairs;
}

function refusalIn(message: Msg): NotStoredError | undefined {
  if (message.headers?.code === NO_RESPONDERS) return new NotStoredError('there is no such stream');
  const { error } = message.json<Answer>();
  return error && new NotStoredError(error.description, error.err_code);
}
