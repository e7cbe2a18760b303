import type { Pacing } from '@buildwire/contracts';
import { Spread, TokenBucket, unsaidHoldMs } from '@buildwire/resilience';
import { chatAddress } from './chat-address.js';
import type { WebhookSettings } from './webhook-settings.js';

/** That an endpoint has asked for time again and again is remembered this long after the last time: far longer than it was given. */
const REMEMBER_MS = 300_000;

/** What one endpoint limits, whichever webhook sends there: how many requests start in a time, and when none may. */
export class EndpointPace {
  /** What it knows is worth less than the room for another. */
  readonly isBusy = false;
  // An endpoint that only asks for time has neither, and 20,000 may.
  private turns: Spread | undefined;
  private bucket: TokenBucket | undefined;
  private heldUntilMs = 0;
  private unsaid = 0;

  /** The turns of the deliveries that were put off because of the pace. */
  get backlog(): Spread {
    return (this.turns ??= new Spread());
  }

  /** When the endpoint may be called again, in epoch ms; not after now if it may be now. */
  get freeAtMs(): number {
    return this.heldUntilMs;
  }

  readyAtMs(pacing: Pacing): number {
    return this.bucket?.readyAtMs(pacing) ?? 0;
  }

  take(pacing: Pacing, nowMs: number): void {
    this.bucket ??= new TokenBucket();
    this.bucket.take(pacing, nowMs);
  }

  /** Until then, nothing is sent there. Answers to what was under way at the time of the first do not count as asking again. */
  hold(forMs: number | undefined, nowMs: number): void {
    if (forMs === undefined && this.heldUntilMs > nowMs) return;
    this.unsaid = forMs === undefined ? this.unsaid + 1 : 0;
    this.heldUntilMs = Math.max(this.heldUntilMs, nowMs + (forMs ?? unsaidHoldMs(this.unsaid)));
  }

  /** The endpoint answered without asking for time. */
  release(): void {
    this.unsaid = 0;
  }

  isIdle(nowMs: number): boolean {
    const isOver = this.heldUntilMs + (this.unsaid === 0 ? 0 : REMEMBER_MS) <= nowMs;
    return isOver && this.turns?.isAhead(nowMs) !== true && this.bucket?.isFull(nowMs) !== false;
  }
}

/** Names the endpoint of a webhook; a new URL is a new one. A chat target counts by its address, whoever posts there and with which query. */
export function endpointOf({ id, format, url }: Pick<WebhookSettings, 'id' | 'format' | 'url'>): string {
  if (format === 'raw') return `${id} ${url}`;
  const { origin, pathname } = new URL(chatAddress(format, url));
  return `${origin}${pathname}`;
}

/** Names the host of a chat target, which may limit all that comes from us. */
export function hostOf({ url }: Pick<WebhookSettings, 'url'>): string {
  return new URL(url).host;
}
