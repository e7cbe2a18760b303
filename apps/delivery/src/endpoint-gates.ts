import { laneOf } from '@buildwire/contracts';
import type { DeliveryRendered, Lane } from '@buildwire/contracts';
import type { OnApplicationShutdown } from '@nestjs/common';
import { isByHand } from './admission.js';
import type { Asked, Entry, Obstacle, Refused, Settlement } from './admission.js';
import type { EndpointCircuits } from './endpoint-circuits.js';
import { EndpointGate } from './endpoint-gate.js';
import type { Waiter } from './endpoint-gate.js';
import { IdleMap } from './idle-map.js';
import { LaneRoom } from './lane-room.js';
import { behindOthers, isHopeless, isTimed, stayUntil, waitUntil } from './local-wait.js';
import type { Queue } from './local-wait.js';
import { refusals } from './metrics.js';
import { Obstacles } from './obstacles.js';
import type { WebhookSettings } from './webhook-settings.js';

const MAX_GATES = 20_000;
const SWEEP_MS = 10_000;
const FREE_SLOTS_MS = 250;

/**
 * Gives a delivery a slot, keeps it waiting for a moment, or refuses it, so that no webhook and no organization holds up the
 * others. Only webhooks with something under way, waiting or put off take memory.
 */
export class EndpointGates implements OnApplicationShutdown {
  private readonly gates = new IdleMap(MAX_GATES, () => new EndpointGate());
  private readonly lanes: Record<Lane, LaneRoom>;
  private readonly obstacles: Obstacles;
  /** Gates whose first waiter waits for a slot of its lane. */
  private readonly shortOfSlots = new Set<EndpointGate>();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  private readonly freer = setInterval(() => this.freeSlots(), FREE_SLOTS_MS).unref();

  /** `slots` is how many attempts each lane has under way at a time. */
  constructor(circuits: Pick<EndpointCircuits, 'refusal'>, replicas: { readonly count: number }, slots: number) {
    this.obstacles = new Obstacles(circuits, replicas);
    this.lanes = { new: new LaneRoom('new', slots), retry: new LaneRoom('retry', slots), bulk: new LaneRoom('bulk', slots) };
  }

  /** Webhooks, and endpoints with a pace or a hold, of which something is remembered. */
  get size(): number {
    return this.gates.size + this.obstacles.size;
  }

  async enter(delivery: DeliveryRendered, webhook: WebhookSettings): Promise<Entry> {
    const nowMs = Date.now();
    const asked = { delivery, webhook };
    const gate = this.gates.of(webhook.id);
    const lane = this.lanes[laneOf(delivery)];
    lane.saw(delivery.organizationId, nowMs);
    const obstacle = this.obstacles.to(asked, gate, lane, nowMs, false) ?? (gate.waiters.length === 0 ? undefined : behindOthers(nowMs));
    if (obstacle === undefined) return this.admit(asked, gate, lane, nowMs);

    const queue = this.queueOf(asked, gate, lane, nowMs);
    const deadlineMs = waitUntil(asked, obstacle, queue, nowMs);
    if (deadlineMs === undefined) return this.refuse(asked, gate, obstacle, nowMs);
    return this.wait({ ...asked, lane, deadlineMs }, gate, obstacle, nowMs);
  }

  /** When a delivery comes back that had been admitted before its circuit opened, or while the one probe was under way. */
  behindCircuit(delivery: DeliveryRendered, webhook: WebhookSettings, { untilMs, reason }: { untilMs: number; reason: string }): Refused {
    return this.refuse({ delivery, webhook }, this.gates.of(webhook.id), { cause: 'circuit', reason, readyAtMs: untilMs }, Date.now());
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper);
    clearInterval(this.freer);
    this.gates.each((gate) => gate.close());
  }

  private admit(asked: Asked, gate: EndpointGate, lane: LaneRoom, nowMs: number): Entry {
    const request = gate.begin(nowMs);
    const use = lane.begin(asked.delivery.organizationId, nowMs);
    this.obstacles.started(asked, nowMs);
    const leave = (settlement?: Settlement) => {
      const endMs = Date.now();
      const tookMs = gate.end(request, this.obstacles.capOf(asked.webhook), settlement, endMs);
      lane.end(use);
      if (settlement !== undefined) lane.settled(tookMs);
      if (settlement !== undefined) this.obstacles.settled(asked, settlement, endMs);
      this.serveWaiters(gate, endMs);
      this.gates.drop(asked.webhook.id, endMs);
    };
    return { kind: 'admitted', leave };
  }

  private refuse(asked: Asked, gate: EndpointGate, obstacle: Obstacle, nowMs: number): Refused {
    refusals.inc({ cause: obstacle.cause });
    // What was started by hand has no turn in the due store, so it takes none from the others.
    const untilMs = isByHand(asked.delivery) ? nowMs : this.obstacles.turnOf(asked, gate, obstacle, nowMs);
    return { kind: 'refused', reason: obstacle.reason, untilMs };
  }

  private wait(waiter: Omit<Waiter, 'resolve'>, gate: EndpointGate, obstacle: Obstacle, nowMs: number): Promise<Entry> {
    return new Promise((resolve) => {
      gate.waiters.push({ ...waiter, resolve });
      waiter.lane.waiting.take(waiter.delivery.organizationId);
      this.watch(gate, obstacle, waiter.deadlineMs, nowMs);
    });
  }

  private queueOf(asked: Asked, gate: EndpointGate, lane: LaneRoom, nowMs: number): Queue {
    return { gate, lane, cap: this.obstacles.capOf(asked.webhook), everyMs: this.obstacles.everyMs(asked, gate, nowMs), before: gate.waiters.length };
  }

  /** A slot came free: first for those who found none at all, then for the webhook's own waiters. */
  private serveWaiters(gate: EndpointGate, nowMs: number): void {
    this.serveShortOfSlots(nowMs);
    this.serve(gate, nowMs);
  }

  private serveShortOfSlots(nowMs: number): void {
    const short = [...this.shortOfSlots];
    this.shortOfSlots.clear();
    for (const other of short) this.serve(other, nowMs);
  }

  private freeSlots(): void {
    const nowMs = Date.now();
    const freed = Object.values(this.lanes).map((lane) => lane.freeSlots(nowMs));
    if (freed.includes(true)) this.serveShortOfSlots(nowMs);
  }

  private serve(gate: EndpointGate, nowMs: number): void {
    for (let [first] = gate.waiters; first !== undefined; [first] = gate.waiters) {
      const obstacle = this.obstacles.to(first, gate, first.lane, nowMs, true);
      if (obstacle === undefined) this.dismiss(first, gate).resolve(this.admit(first, gate, first.lane, nowMs));
      else if (isHopeless(first, obstacle)) this.dismiss(first, gate).resolve(this.refuse(first, gate, obstacle, nowMs));
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
    this.serve(gate, nowMs);
    for (const waiter of gate.waiters.filter(({ deadlineMs }) => deadlineMs <= nowMs)) this.expire(waiter, gate, nowMs);
    if (gate.waiters.length > 0) gate.wakeAt(Math.min(...gate.waiters.map(({ deadlineMs }) => deadlineMs)), nowMs, () => this.wake(gate));
  }

  private expire(waiter: Waiter, gate: EndpointGate, nowMs: number): void {
    const obstacle = this.obstacles.to(waiter, gate, waiter.lane, nowMs, true) ?? behindOthers(nowMs);
    const stayMs = stayUntil(waiter, obstacle, { ...this.queueOf(waiter, gate, waiter.lane, nowMs), before: gate.waiters.indexOf(waiter) }, nowMs);
    if (stayMs === undefined) this.dismiss(waiter, gate).resolve(this.refuse(waiter, gate, obstacle, nowMs));
    else waiter.deadlineMs = stayMs;
  }

  private sweep(): void {
    const nowMs = Date.now();
    this.gates.sweep(nowMs);
    this.obstacles.sweep(nowMs);
  }
}
