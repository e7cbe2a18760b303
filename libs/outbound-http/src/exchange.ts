import type { Dispatcher } from 'undici';
import type { Connection, SocketFacts } from './connection.js';
import { SendError } from './send-result.js';
import { exchangeError } from './webhook-failure.js';

/** Early hints and the like come once or twice; a flood of them would never end by itself. */
export const MAX_INTERIM_ANSWERS = 16;

/** A kept-alive connection that was already closed fails at once; later the endpoint may have worked on the request. */
const STALE_WITHIN_MS = 1_000;

/** How one request on one connection ended, with what is known of the socket if it was written to one. */
export type ExchangeEnd = (
  | { kind: 'answered'; statusCode: number; headers: [string, string][]; body: Buffer; truncated: boolean }
  | { kind: 'failed'; error: SendError; isStale: boolean }
) & { socket: SocketFacts | undefined; firstByteAt: number | undefined };

interface Status {
  statusCode: number;
  headers: [string, string][];
}

/** One request and its answer: reads the body up to the cap, ends once, and after that touches nothing. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly ended: Promise<ExchangeEnd>;
  #end: (end: ExchangeEnd) => void = () => undefined;
  #isEnded = false;
  #connection: Connection | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #socket: SocketFacts | undefined;
  #startedAt = 0;
  #firstByteAt: number | undefined;
  #interimAnswers = 0;
  #status: Status | undefined;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(
    readonly request: Dispatcher.DispatchOptions,
    readonly maxBodyBytes: number,
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  runOn(connection: Connection): void {
    if (this.#isEnded) return;
    this.#connection = connection;
    connection.send(this.request, this);
  }

  /** The wall clock: ends the exchange now, with the answer if its status line has come. */
  expire(): void {
    this.#cut(new SendError('timeout', this.#waitingFor()));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#startedAt = performance.now();
    this.#socket = this.#connection?.takeFacts();
  }

  onResponseStarted(): void {
    this.#firstByteAt ??= performance.now();
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number): void {
    if (statusCode >= 200) {
      this.#status = { statusCode, headers: headerPairs(controller.rawHeaders) };
      return;
    }
    this.#interimAnswers += 1;
    if (this.#interimAnswers > MAX_INTERIM_ANSWERS) this.#cut(new SendError('invalid_response', 'too many interim answers'));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    if (this.#size > this.maxBodyBytes) this.#cut(new SendError('invalid_response', 'the body is too long'));
  }

  onResponseEnd(): void {
    this.#settle(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#settle(true, exchangeError(error));
  }

  #cut(reason: SendError): void {
    this.#settle(true, reason);
    this.#controller?.abort(reason);
  }

  #settle(truncated: boolean, error?: SendError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#end(this.#status === undefined ? this.#failure(error) : this.#answer(this.#status, truncated));
    this.#chunks = [];
  }

  #answer({ statusCode, headers }: Status, truncated: boolean): ExchangeEnd {
    return { kind: 'answered', statusCode, headers, body: this.#body(), truncated, socket: this.#socket, firstByteAt: this.#firstByteAt };
  }

  #failure(error = new SendError('invalid_response', 'the answer has no status')): ExchangeEnd {
    return { kind: 'failed', error, isStale: this.#isStale(error), socket: this.#socket, firstByteAt: this.#firstByteAt };
  }

  #isStale(error: SendError): boolean {
    if (error.failure !== 'reset' || this.#firstByteAt !== undefined) return false;
    return this.#socket?.reused === true && performance.now() - this.#startedAt < STALE_WITHIN_MS;
  }

  // Copied, because each chunk holds on to a whole 64 KB read buffer.
  #body(): Buffer {
    return Buffer.concat(this.#chunks, Math.min(this.#size, this.maxBodyBytes));
  }

  #waitingFor(): string {
    if (this.#connection === undefined) return 'no connection was free in time';
    return this.#controller === undefined ? 'no connection in time' : 'no answer in time';
  }
}

/** The raw headers of undici as pairs, in wire order and casing; one character a byte. */
export function headerPairs(raw: unknown): [string, string][] {
  if (!Array.isArray(raw)) return [];
  const texts = raw.map((part: unknown) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)));
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < texts.length; index += 2) pairs.push([texts[index] ?? '', texts[index + 1] ?? '']);
  return pairs;
}
