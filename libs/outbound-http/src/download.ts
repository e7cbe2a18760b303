import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { MAX_INTERIM_ANSWERS, headerPairs } from './exchange.js';
import { SendError } from './send-result.js';
import { exchangeError } from './webhook-failure.js';

/** What waits for the reader; then the origin is slowed down. */
const BUFFER_BYTES = 256 * 1024;

/** The head of an answer, and its body, which comes no faster than it is read and must be read or destroyed. */
export interface DownloadHead {
  statusCode: number;
  /** In wire order and casing, one character a byte. */
  headers: [name: string, value: string][];
  /** The bytes as they are sent, decoded by nobody; ends with a SendError if they break off. */
  body: Readable;
}

/** One request whose answer is read as a stream. After it has ended it touches nothing. */
export class Download implements Dispatcher.DispatchHandler {
  /** The head of the answer; rejects with a SendError. */
  readonly head: Promise<DownloadHead>;
  /** When the connection is not needed any more. Never rejects. */
  readonly ended: Promise<void>;
  readonly #body = new Readable({
    highWaterMark: BUFFER_BYTES,
    read: () => this.#flow(),
    destroy: (error, callback) => this.#destroyed(error, callback),
  });
  #start: (head: DownloadHead) => void = () => undefined;
  #refuse: (error: SendError) => void = () => undefined;
  #end: () => void = () => undefined;
  #isEnded = false;
  #hasStarted = false;
  #controller: Dispatcher.DispatchController | undefined;
  #silence: NodeJS.Timeout | undefined;
  #interimAnswers = 0;

  /** The body may be silent for `idleMs` while somebody reads. */
  constructor(readonly idleMs: number) {
    // Between the head and the reader's own listener an error would end the process.
    this.#body.on('error', () => undefined);
    this.head = new Promise((resolve, reject) => {
      this.#start = resolve;
      this.#refuse = reject;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Ends it now: the head if it has not come, else the body, is refused with this error. */
  cut(error: SendError): void {
    if (this.#isEnded) return;
    this.#settle(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isEnded) controller.abort(new SendError('reset', 'the download was given up'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number): void {
    if (statusCode < 200) return this.#countInterim();
    this.#hasStarted = true;
    this.#silence = setTimeout(() => this.#fallSilent(), this.idleMs);
    this.#start({ statusCode, headers: headerPairs(controller.rawHeaders), body: this.#body });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#silence?.refresh();
    if (!this.#body.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#settle();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#settle(exchangeError(error));
  }

  #countInterim(): void {
    this.#interimAnswers += 1;
    if (this.#interimAnswers > MAX_INTERIM_ANSWERS) this.cut(new SendError('invalid_response', 'too many interim answers'));
  }

  /** Somebody reads. */
  #flow(): void {
    if (this.#isEnded || this.#controller?.paused !== true) return;
    this.#silence?.refresh();
    this.#controller.resume();
  }

  // While nobody reads, the silence is ours.
  #fallSilent(): void {
    if (this.#controller?.paused !== true) this.cut(new SendError('timeout', 'the body stopped coming'));
  }

  #destroyed(error: Error | null, callback: (error: Error | null) => void): void {
    this.cut(new SendError('reset', 'the download was given up'));
    callback(error);
  }

  #settle(error?: SendError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#silence);
    if (error === undefined) this.#body.push(null);
    else if (this.#hasStarted) this.#body.destroy(error);
    else this.#refuse(error);
    this.#end();
  }
}
