import type { Pacing } from '@buildwire/contracts';
import { paceShare } from '@buildwire/resilience';
import { isByHand } from './admission.js';
import type { Asked, Obstacle, Settlement } from './admission.js';
import type { EndpointCircuits } from './endpoint-circuits.js';
import type { EndpointGate } from './endpoint-gate.js';
import { EndpointPace, endpointOf, hostOf } from './endpoint-pace.js';
import { IdleMap } from './idle-map.js';
import type { LaneRoom } from './lane-room.js';

const MAX_PACES = 20_000;
/** The due store takes this long anyway. */
const PUT_OFF_MS = 500;
/** How far ahead turns reach when the rate is given. */
const PACED_HORIZON_MS = 3_600_000;
/** How far when it is an estimate, for a delivery that is put off for the first time; twice as far each further time. */
const FIRST_HORIZON_MS = 5_000;
const LAST_HORIZON_MS = 300_000;

type Settings = Asked['webhook'];

/** What keeps a delivery from starting now. Caps and paces are of all replicas together; each keeps its part. */
export class Obstacles {
  private readonly paces = new IdleMap(MAX_PACES, () => new EndpointPace());

  constructor(
    private readonly circuits: Pick<EndpointCircuits, 'refusal'>,
    private readonly replicas: { readonly count: number },
  ) {}

  /** The first obstacle, or none. Whoever has waited in memory was in time: the backlog is no obstacle to him. */
  to(asked: Asked, gate: EndpointGate, lane: LaneRoom, nowMs: number, hasWaited: boolean): Obstacle | undefined {
    return (
      this.circuit(asked) ??
      this.hold(asked, nowMs) ??
      (hasWaited ? undefined : this.backlog(asked, nowMs)) ??
      this.slots(asked, lane, nowMs) ??
      this.concurrency(asked, gate, nowMs) ??
      this.rate(asked, nowMs)
    );
  }

  /** Requests of this replica that may be under way to the webhook. */
  capOf({ concurrency }: Settings): number {
    return Math.ceil(concurrency / this.replicas.count);
  }

  /** How far apart the webhook takes deliveries in this replica, in ms. */
  everyMs({ webhook }: Asked, gate: EndpointGate, nowMs: number): number {
    const pacing = this.pacingOf(webhook);
    return Math.max(gate.everyMs(this.capOf(webhook), nowMs), pacing === null ? 0 : pacing.perMs / pacing.requests);
  }

  /** When a delivery that was refused comes back, in epoch ms: after those that wait or were put off before it. */
  turnOf(asked: Asked, gate: EndpointGate, { cause, readyAtMs }: Obstacle, nowMs: number): number {
    if (cause === 'circuit') return gate.turnBehindCircuit(readyAtMs, this.capOf(asked.webhook));
    const everyMs = this.everyMs(asked, gate, nowMs);
    const fromMs = Math.max(nowMs + PUT_OFF_MS, cause === 'hold' || cause === 'rate' ? readyAtMs : 0);
    if (asked.webhook.rules.pacing === null) {
      return gate.backlog.next({ fromMs, everyMs, horizonMs: Math.min(FIRST_HORIZON_MS * 2 ** asked.delivery.postponements, LAST_HORIZON_MS) });
    }
    return this.paceOf(asked.webhook).backlog.next({ fromMs: fromMs + gate.waiters.length * everyMs, everyMs, horizonMs: PACED_HORIZON_MS });
  }

  started({ webhook }: Asked, nowMs: number): void {
    const pacing = this.pacingOf(webhook);
    if (pacing !== null) this.paceOf(webhook).take(pacing, nowMs);
  }

  settled({ webhook }: Asked, { hold }: Settlement, nowMs: number): void {
    if (hold === undefined) return this.paces.find(endpointOf(webhook))?.release();
    this.paceOf(webhook).hold(hold.forMs, nowMs);
    if (hold.scope === 'host') this.paces.of(hostOf(webhook)).hold(hold.forMs, nowMs);
  }

  sweep(nowMs: number): void {
    this.paces.sweep(nowMs);
  }

  get size(): number {
    return this.paces.size;
  }

  private circuit({ delivery }: Asked): Obstacle | undefined {
    const refusal = isByHand(delivery) ? undefined : this.circuits.refusal(delivery.webhookId);
    return refusal === undefined ? undefined : { cause: 'circuit', reason: refusal.reason, readyAtMs: refusal.untilMs };
  }

  private hold({ webhook }: Asked, nowMs: number): Obstacle | undefined {
    const atEndpointMs = this.paces.find(endpointOf(webhook))?.freeAtMs ?? 0;
    const atHostMs = webhook.format === 'discord' ? (this.paces.find(hostOf(webhook))?.freeAtMs ?? 0) : 0;
    const readyAtMs = Math.max(atEndpointMs, atHostMs);
    if (readyAtMs <= nowMs) return undefined;
    return { cause: 'hold', reason: `the endpoint asked for time, until ${new Date(readyAtMs).toISOString()}`, readyAtMs };
  }

  /** Where the pace sets the order, what comes for the first time does not overtake what was put off. */
  private backlog({ delivery, webhook }: Asked, nowMs: number): Obstacle | undefined {
    if (webhook.rules.pacing === null || delivery.postponements > 0 || isByHand(delivery)) return undefined;
    const isAhead = this.paces.find(endpointOf(webhook))?.backlog.isAhead(nowMs) === true;
    return isAhead ? { cause: 'backlog', reason: 'earlier deliveries to the webhook wait', readyAtMs: nowMs } : undefined;
  }

  private slots({ delivery, webhook }: Asked, lane: LaneRoom, nowMs: number): Obstacle | undefined {
    if (lane.slots.hasRoomFor(delivery.organizationId, this.capOf(webhook))) return undefined;
    const readyAtMs = nowMs + (lane.waiting.taken + 1) * lane.everyMs;
    return { cause: 'organization', reason: 'the organization has its share of the requests under way', readyAtMs };
  }

  private concurrency(asked: Asked, gate: EndpointGate, nowMs: number): Obstacle | undefined {
    const cap = this.capOf(asked.webhook);
    if (gate.hasRoom(cap)) return undefined;
    const reason = `as many requests to the webhook are under way as it can take: ${gate.allowed(cap)}`;
    return { cause: 'concurrency', reason, readyAtMs: nowMs + this.everyMs(asked, gate, nowMs) };
  }

  private rate({ webhook }: Asked, nowMs: number): Obstacle | undefined {
    const pacing = this.pacingOf(webhook);
    const readyAtMs = pacing === null ? 0 : (this.paces.find(endpointOf(webhook))?.readyAtMs(pacing) ?? 0);
    if (pacing === null || readyAtMs <= nowMs) return undefined;
    return { cause: 'rate', reason: `the webhook takes ${pacing.requests} in ${pacing.perMs} ms`, readyAtMs };
  }

  private paceOf(webhook: Settings): EndpointPace {
    return this.paces.of(endpointOf(webhook));
  }

  private pacingOf({ rules }: Settings): Pacing | null {
    return rules.pacing === null ? null : paceShare(rules.pacing, this.replicas.count);
  }
}
