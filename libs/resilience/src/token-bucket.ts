import type { Pacing } from '@buildwire/contracts';

/**
 * Tokens that come back `perMs` after each was taken: in no stretch of that length do more than `requests` start. One that fills
 * up evenly would let twice as many start in its first stretch. The pace is given with each call, so it may change.
 */
export class TokenBucket {
  private taken: number[] = [];
  private fullAtMs = 0;

  /** When there is a token, in epoch ms; not after now if there is one now. */
  readyAtMs({ requests, perMs }: Pacing): number {
    const oldest = this.taken.at(-requests);
    return oldest === undefined ? 0 : oldest + perMs;
  }

  /** Takes a token, also one that is not there: whoever asks first is told. */
  take({ requests, perMs }: Pacing, nowMs: number): void {
    this.taken.push(nowMs);
    this.fullAtMs = Math.max(this.fullAtMs, nowMs + perMs);
    if (this.taken.length > 2 * requests) this.taken = this.taken.slice(-requests);
  }

  /** Whether it may be forgotten: every token has come back. */
  isFull(nowMs: number): boolean {
    return this.fullAtMs <= nowMs;
  }
}

/** The part of a pace that one of several replicas keeps; all of them together keep the whole on average. */
export function paceShare({ requests, perMs }: Pacing, replicas: number): Pacing {
  const share = Math.max(1, Math.floor(requests / replicas));
  return { requests: share, perMs: Math.round((perMs * share * replicas) / requests) };
}
