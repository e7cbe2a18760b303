import type { CircuitChange } from '@buildwire/contracts';
import { CircuitRegistry, defaultCircuitOptions } from '@buildwire/resilience';
import type { CircuitState, CircuitTransition, Counted } from '@buildwire/resilience';
import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { circuitTransitions, circuits } from './metrics.js';
import { RecentMap } from './recent-map.js';

/** The longest wall clock that a webhook may set for an attempt, in milliseconds. */
const LONGEST_ATTEMPT_MS = 30_000;
/** More than there are circuits, so that what is known of an open one stays known. */
const MAX_KNOWN = 10_000;
const MAX_REASON = 200;

/** A circuit opens for up to so many times its first opening. */
const LONGEST_RESET = 20;

/** How long a first opening lasts, and how many replicas share the calls. */
interface CircuitPolicy {
  resetMs?: number | undefined;
  replicas?: { readonly count: number };
}

/** A webhook's endpoint, and the app whose delivery goes there. */
export interface Endpoint {
  organizationId: string;
  webhookId: string;
  appId: string;
}

/** What an attempt says about its endpoint; `reason` is why it failed, for people. */
export type JudgedAttempt<Value> = Counted<Value> & { reason?: string | undefined };

/** Not made because the circuit is open, with the reason that the log shows; to be tried again at `untilMs` (epoch ms). */
export interface Refusal {
  kind: 'open';
  untilMs: number;
  reason: string;
}

/** A change that this replica made; `forgotten` if it was for the endpoint's owner and not for how it answers. */
export interface OwnChange {
  change: CircuitChange;
  endpoint: Endpoint | undefined;
  forgotten: boolean;
}

/** The circuits of this replica: whether an endpoint is being called. */
@Injectable()
export class EndpointCircuits implements OnApplicationShutdown {
  /** Told of what changes here, but not of what was heard of others. */
  onChange?: (change: OwnChange) => void;

  private readonly logger = new Logger('EndpointCircuits');
  private readonly registry: CircuitRegistry;
  private readonly failures = new RecentMap<{ endpoint: Endpoint; reason: string | undefined }>(MAX_KNOWN);
  private readonly changes = new RecentMap<CircuitChange>(MAX_KNOWN);

  constructor({ resetMs = defaultCircuitOptions.resetMs, replicas = { count: 1 } }: CircuitPolicy = {}) {
    this.registry = new CircuitRegistry({ attemptTimeoutMs: LONGEST_ATTEMPT_MS, resetMs, maxResetMs: resetMs * LONGEST_RESET, replicas: () => replicas.count });
    this.registry.onTransition = (webhookId, transition) => this.transited(webhookId, transition);
  }

  /** Makes the attempt unless the endpoint's circuit is open. */
  async run<Value>({ organizationId, webhookId, appId }: Endpoint, attempt: () => Promise<JudgedAttempt<Value>>): Promise<{ kind: 'ran'; value: Value } | Refusal> {
    const run = await this.registry.run(webhookId, async () => {
      const judged = await attempt();
      // Before the registry counts it: it may open the circuit.
      if (judged.counts === 'failure') this.failures.set(webhookId, { endpoint: { organizationId, webhookId, appId }, reason: judged.reason?.slice(0, MAX_REASON) });
      return judged;
    });
    return run.kind === 'ran' ? run : this.refusalOf(webhookId, run.untilMs);
  }

  /** Asks without calling, so that a refused delivery leaves before it takes a slot. */
  refusal(webhookId: string): Refusal | undefined {
    const admission = this.registry.admission(webhookId);
    return admission.kind === 'open' ? this.refusalOf(webhookId, admission.untilMs) : undefined;
  }

  state(webhookId: string): CircuitState {
    return this.registry.state(webhookId);
  }

  /** Another replica, or the shared store, says what a circuit is. What is older than what is known here changes nothing. */
  hear(change: CircuitChange): void {
    const known = this.changes.get(change.webhookId);
    if (known !== undefined && !isLater(change, known)) return;
    this.changes.set(change.webhookId, change);
    if (change.state === 'open') this.registry.adopt(change.webhookId, change.untilMs, change.openings);
    else this.registry.forget(change.webhookId);
  }

  /** The endpoint is another one now, or its owner wants it tried: nothing that it did counts any more, in any replica. */
  forget(webhookId: string): void {
    this.registry.forget(webhookId);
    this.changed(webhookId, { state: 'closed', untilMs: 0, openings: 0 }, true);
    this.failures.delete(webhookId);
  }

  measure(): void {
    for (const [state, count] of Object.entries(this.registry.countByState())) circuits.set({ state }, count);
  }

  onApplicationShutdown(): void {
    this.registry.shutdown();
  }

  private transited(webhookId: string, transition: CircuitTransition): void {
    circuitTransitions.inc({ to: transition.kind });
    const why = transition.kind === 'opened' ? `: ${this.failures.get(webhookId)?.reason ?? 'it fails'}` : '';
    this.logger.log(`circuit of ${webhookId}: ${transition.kind}${why}`);
    switch (transition.kind) {
      case 'opened':
        return this.changed(webhookId, { state: 'open', untilMs: Math.round(transition.untilMs), openings: transition.openings });
      case 'closed':
        return this.changed(webhookId, { state: 'closed', untilMs: 0, openings: 0 });
      case 'half-opened':
        // Every replica sees for itself that the time is over.
        return;
    }
  }

  private changed(webhookId: string, now: Pick<CircuitChange, 'state' | 'untilMs' | 'openings'>, forgotten = false): void {
    const before = this.changes.get(webhookId);
    const failure = this.failures.get(webhookId);
    // Never before what it follows, although that may come from a clock that is ahead.
    const changedAtMs = Math.max(Date.now(), (before?.changedAtMs ?? 0) + 1);
    const sinceMs = before?.state === 'open' ? before.sinceMs : changedAtMs;
    const change = { webhookId, ...now, changedAtMs, sinceMs, reason: failure?.reason ?? before?.reason };
    this.changes.set(webhookId, change);
    this.onChange?.({ change, endpoint: failure?.endpoint, forgotten });
  }

  private refusalOf(webhookId: string, untilMs: number): Refusal {
    const change = this.changes.get(webhookId);
    if (change === undefined) return { kind: 'open', untilMs, reason: 'the circuit is open' };
    const why = change.reason === undefined ? '' : `: ${change.reason}`;
    return { kind: 'open', untilMs, reason: `the circuit is open since ${new Date(change.sinceMs).toISOString()}${why}` };
  }
}

function isLater(one: CircuitChange, other: CircuitChange): boolean {
  return one.changedAtMs === other.changedAtMs ? one.untilMs > other.untilMs : one.changedAtMs > other.changedAtMs;
}
