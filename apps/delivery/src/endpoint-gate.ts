import { AdaptiveLimit, Spread, jittered } from '@buildwire/resilience';
import type { Asked, Entry, Settlement } from './admission.js';
import type { LaneRoom } from './lane-room.js';

/** How many of those that an open circuit kept back come again in a second, for each request that may be under way. */
const DRAIN_PER_SLOT = 2;
/** How much later than the circuit's next probe they come, so that they find it closed. */
const AFTER_PROBE_MS = 1_000;
const CIRCUIT_HORIZON_MS = 3_600_000;
/** How much the latest attempt counts in the usual duration. */
const LATEST = 0.2;
/** An endpoint is silent when the oldest request under way has had no answer for this long. */
const SILENT_MS = 2_000;
/** A limit below the cap is remembered this long after the last attempt. */
const REMEMBER_MS = 60_000;

/** A delivery that waits in memory for its turn, until its deadline (epoch ms). */
export interface Waiter extends Asked {
  lane: LaneRoom;
  deadlineMs: number;
  resolve(entry: Entry): void;
}

interface UnderWay {
  startedAtMs: number;
  idleMs: number;
}

/** What is under way to one webhook, who waits for it, and how much it can take. */
export class EndpointGate {
  readonly waiters: Waiter[] = [];
  private readonly limit = new AdaptiveLimit();
  /** The oldest first; at most the cap, and most often one. */
  private readonly underWay: UnderWay[] = [];
  private durationMs: number | undefined;
  // Most gates never need these, and those of 20,000 webhooks are kept.
  private putOff: Spread | undefined;
  private behindCircuit: Spread | undefined;
  private wakesAtMs = Infinity;
  private alarm: NodeJS.Timeout | undefined;
  private usedAtMs = 0;

  /** The turns of the deliveries that found no room. */
  get backlog(): Spread {
    return (this.putOff ??= new Spread());
  }

  /** How many requests may be under way now, of a cap of this many. */
  allowed(cap: number): number {
    return this.limit.allowed(cap);
  }

  hasRoom(cap: number): boolean {
    return this.underWay.length < this.allowed(cap);
  }

  begin(nowMs: number): UnderWay {
    const request = { startedAtMs: nowMs, idleMs: idleMs() };
    this.underWay.push(request);
    return request;
  }

  /** Gives how long we waited for the endpoint, in ms. */
  end(request: UnderWay, cap: number, settlement: Settlement | undefined, nowMs: number): number {
    this.usedAtMs = nowMs;
    if (settlement?.speed === 'slow') this.limit.slowed(cap);
    if (settlement?.speed === 'succeeded') this.limit.succeeded(cap, this.underWay.length);
    this.underWay.splice(this.underWay.indexOf(request), 1);
    if (settlement === undefined) return 0;
    const tookMs = idleMs() - request.idleMs;
    this.durationMs = (this.durationMs ?? tookMs) * (1 - LATEST) + tookMs * LATEST;
    return tookMs;
  }

  hasAnsweredSince(sinceMs: number): boolean {
    return this.usedAtMs > sinceMs;
  }

  /** How far apart it can take requests, in ms, as its usual answer and its silence make one expect; little as long as nothing is known. */
  everyMs(cap: number, nowMs: number): number {
    const [oldest] = this.underWay;
    const silentMs = oldest === undefined ? 0 : nowMs - oldest.startedAtMs;
    return Math.max(1, this.durationMs ?? 0, silentMs > SILENT_MS ? silentMs : 0) / this.allowed(cap);
  }

  /** The turn of a delivery that an open circuit kept back, in epoch ms. The next opening goes on where the turns of the last one end, so that together they keep the rate. */
  turnBehindCircuit(untilMs: number, cap: number): number {
    this.behindCircuit ??= new Spread();
    return this.behindCircuit.next({ fromMs: untilMs + jittered(AFTER_PROBE_MS, Math.random), everyMs: 1_000 / (DRAIN_PER_SLOT * cap), horizonMs: CIRCUIT_HORIZON_MS });
  }

  /** Calls back at this time, or earlier if that was asked for before. */
  wakeAt(atMs: number, nowMs: number, wake: () => void): void {
    if (atMs >= this.wakesAtMs) return;
    clearTimeout(this.alarm);
    this.wakesAtMs = atMs;
    this.alarm = setTimeout(() => {
      this.wakesAtMs = Infinity;
      wake();
    }, Math.max(1, atMs - nowMs));
  }

  get isBusy(): boolean {
    return this.underWay.length > 0 || this.waiters.length > 0;
  }

  isIdle(nowMs: number): boolean {
    const isRemembered = !this.limit.isFull && nowMs - this.usedAtMs < REMEMBER_MS;
    return !this.isBusy && !isRemembered && this.putOff?.isAhead(nowMs) !== true && this.behindCircuit?.isAhead(nowMs) !== true;
  }

  /** Nobody is called back any more. */
  close(): void {
    clearTimeout(this.alarm);
  }
}

/** Our time without work: of an attempt's duration, only this is the endpoint's. With all else to do, a fast one would seem slow. */
function idleMs(): number {
  return performance.nodeTiming.idleTime;
}
