/** When an attempt began (epoch ms), how long it took, and what of it was connecting and waiting; in ms from the start. */
export interface Timing {
  startedAtMs: number;
  durationMs: number;
  /** How long resolving, connecting and TLS took; absent when a connection was reused or none came to be. */
  connectMs?: number;
  /** When the first byte of the answer arrived. */
  firstByteMs?: number;
}

/** The ways a request can fail to get an answer; closed, and safe to show to the customer. */
export type FailureKind =
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'reset'
  | 'blocked_address'
  | 'invalid_response'
  | 'invalid_request';

/** How one attempt ended. A status line is an answer, whatever happens to the body behind it: then `truncated` is true. */
export type SendResult = Answered | Failed;

export interface Answered {
  kind: 'answered';
  statusCode: number;
  /** In wire order and casing. */
  headers: [name: string, value: string][];
  /** The raw bytes, up to the cap. */
  body: Buffer;
  truncated: boolean;
  timing: Timing;
  remoteAddress?: string;
  /** Whether it was sent a second time because the first kept-alive connection was already closed. */
  transportRetried: boolean;
}

export interface Failed {
  kind: 'failed';
  failure: FailureKind;
  /** For the customer: what failed, without any address of ours or theirs. */
  detail: string;
  timing: Timing;
  transportRetried: boolean;
}

/** Why something failed, before it has its timing. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly code = 'outbound.failed';

  constructor(
    readonly failure: FailureKind,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}
