import type { Asked, Entry, Obstacle, Refused } from './admission.js';
import type { EndpointGate, Waiter } from './endpoint-gate.js';
import type { LaneRoom } from './lane-room.js';
import { behindOthers, isHopeless, isTimed, stayUntil } from './local-wait.js';
import type { Queue } from './local-wait.js';
import type { Obstacles } from './obstacles.js';

/** What becomes of one who waits, when his turn has come or cannot come in time. */
export interface Outcomes {
  admit(asked: Asked, gate: EndpointGate, lane: LaneRoom, nowMs: number): Entry;
  refuse(asked: Asked, gate: EndpointGate, obstacle: Obstacle, nowMs: number): Refused;
}

/** The deliveries that wait in memory for a moment, in the order in which they came to their gate. */
export class LocalWaiters {
  /** Gates whose first waiter waits for a slot of its lane. */
  private shortOfSlots = new Set<EndpointGate>();

  constructor(
    private readonly obstacles: Obstacles,
    private readonly outcomes: Outcomes,
  ) {}

  wait(waiter: Omit<Waiter, 'resolve'>, gate: EndpointGate, obstacle: Obstacle, nowMs: number): Promise<Entry> {
    return new Promise((resolve) => {
      gate.waiters.push({ resolve, ...waiter });
      waiter.lane.waiting.take(waiter.delivery.organizationId);
      this.watch(gate, obstacle, waiter.deadlineMs, nowMs);
    });
  }

  /** The place of one who would come behind `before` others. */
  queueOf(asked: Asked, gate: EndpointGate, lane: LaneRoom, before: number, nowMs: number): Queue {
    return { gate, lane, cap: this.obstacles.capOf(asked.webhook), everyMs: this.obstacles.everyMs(asked, gate, nowMs), before };
  }

  /** A slot came free: first for those who found none at all, then for the webhook's own waiters. */
  serve(gate: EndpointGate, nowMs: number): void {
    this.serveShortOfSlots(nowMs);
    this.serveOwn(gate, nowMs);
  }

  serveShortOfSlots(nowMs: number): void {
    if (this.shortOfSlots.size === 0) return;
    const short = this.shortOfSlots;
    this.shortOfSlots = new Set();
    for (const gate of short) this.serveOwn(gate, nowMs);
  }

  private serveOwn(gate: EndpointGate, nowMs: number): void {
    for (let [first] = gate.waiters; first !== undefined; [first] = gate.waiters) {
      const obstacle = this.obstacles.to(first, gate, first.lane, nowMs, true);
      if (obstacle === undefined) this.dismiss(first, gate).resolve(this.outcomes.admit(first, gate, first.lane, nowMs));
      else if (isHopeless(first, obstacle)) this.dismiss(first, gate).resolve(this.outcomes.refuse(first, gate, obstacle, nowMs));
      else return this.watch(gate, obstacle, first.deadlineMs, nowMs);
    }
  }

  private dismiss(waiter: Waiter, gate: EndpointGate): Waiter {
    gate.waiters.splice(gate.waiters.indexOf(waiter), 1);
    waiter.lane.waiting.give(waiter.delivery.organizationId);
    return waiter;
  }

  private watch(gate: EndpointGate, obstacle: Obstacle, deadlineMs: number, nowMs: number): void {
    if (obstacle.cause === 'organization') this.shortOfSlots.add(gate);
    gate.wakeAt(isTimed(obstacle) ? Math.min(obstacle.readyAtMs, deadlineMs) : deadlineMs, nowMs, () => this.wake(gate));
  }

  private wake(gate: EndpointGate): void {
    const nowMs = Date.now();
    this.serveOwn(gate, nowMs);
    for (const waiter of gate.waiters.filter(({ deadlineMs }) => deadlineMs <= nowMs)) this.expire(waiter, gate, nowMs);
    if (gate.waiters.length > 0) gate.wakeAt(Math.min(...gate.waiters.map(({ deadlineMs }) => deadlineMs)), nowMs, () => this.wake(gate));
  }

  private expire(waiter: Waiter, gate: EndpointGate, nowMs: number): void {
    const obstacle = this.obstacles.to(waiter, gate, waiter.lane, nowMs, true) ?? behindOthers(nowMs);
    const stayMs = stayUntil(waiter, obstacle, this.queueOf(waiter, gate, waiter.lane, gate.waiters.indexOf(waiter), nowMs), nowMs);
    if (stayMs === undefined) this.dismiss(waiter, gate).resolve(this.outcomes.refuse(waiter, gate, obstacle, nowMs));
    else waiter.deadlineMs = stayMs;
  }
}
