import { laneOf } from '@buildwire/contracts';
import type { Lane, RenderedDelivery } from '@buildwire/contracts';
import type { OnApplicationShutdown } from '@nestjs/common';
import { isByHand } from './admission.js';
import type { Asked, Entry, Obstacle, Refused, Settlement } from './admission.js';
import type { EndpointCircuits } from './endpoint-circuits.js';
import { EndpointGate } from './endpoint-gate.js';
import { IdleMap } from './idle-map.js';
import { LaneRoom } from './lane-room.js';
import { behindOthers, waitUntil } from './local-wait.js';
import { LocalWaiters } from './local-waiters.js';
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
  /** When the latest delivery of the lane for what is new came, in epoch ms. */
  newestAtMs = 0;

  private readonly gates = new IdleMap(MAX_GATES, () => new EndpointGate());
  private readonly lanes: Record<Lane, LaneRoom>;
  private readonly obstacles: Obstacles;
  private readonly waiters: LocalWaiters;
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  private readonly freer = setInterval(() => this.freeSlots(), FREE_SLOTS_MS).unref();

  /** `slots` is how many attempts each lane has under way at a time. */
  constructor(circuits: Pick<EndpointCircuits, 'refusal'>, replicas: { readonly count: number }, slots: number) {
    this.obstacles = new Obstacles(circuits, replicas);
    this.waiters = new LocalWaiters(this.obstacles, {
      admit: (asked, gate, lane, nowMs) => this.admit(asked, gate, lane, nowMs),
      refuse: (asked, gate, obstacle, nowMs) => this.refuse(asked, gate, obstacle, nowMs),
    });
    this.lanes = { new: new LaneRoom('new', slots), retry: new LaneRoom('retry', slots), bulk: new LaneRoom('bulk', slots) };
  }

  /** Webhooks, and endpoints with a pace or a hold, of which something is remembered. */
  get size(): number {
    return this.gates.size + this.obstacles.size;
  }

  /** At once unless the delivery waits for a moment. */
  enter(delivery: RenderedDelivery, webhook: WebhookSettings): Entry | Promise<Entry> {
    const nowMs = Date.now();
    const asked = { delivery, webhook };
    const gate = this.gates.of(webhook.id);
    const lane = this.lanes[laneOf(delivery)];
    if (lane === this.lanes.new) this.newestAtMs = nowMs;
    lane.saw(delivery.organizationId, nowMs);
    const obstacle = this.obstacles.to(asked, gate, lane, nowMs, false) ?? (gate.waiters.length === 0 ? undefined : behindOthers(nowMs));
    if (obstacle === undefined) return this.admit(asked, gate, lane, nowMs);

    const queue = this.waiters.queueOf(asked, gate, lane, gate.waiters.length, nowMs);
    const deadlineMs = waitUntil(asked, obstacle, queue, nowMs);
    if (deadlineMs === undefined) return this.refuse(asked, gate, obstacle, nowMs);
    return this.waiters.wait({ lane, deadlineMs, ...asked }, gate, obstacle, nowMs);
  }

  /** When a delivery comes back that had been admitted before its circuit opened, or while the one probe was under way. */
  behindCircuit(delivery: RenderedDelivery, webhook: WebhookSettings, { untilMs, reason }: { untilMs: number; reason: string }): Refused {
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
      this.waiters.serve(gate, endMs);
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

  private freeSlots(): void {
    const nowMs = Date.now();
    const freed = Object.values(this.lanes).map((lane) => lane.freeSlots(nowMs));
    if (freed.includes(true)) this.waiters.serveShortOfSlots(nowMs);
  }

  private sweep(): void {
    const nowMs = Date.now();
    this.gates.sweep(nowMs);
    this.obstacles.sweep(nowMs);
  }
}
