import { CIRCUITS_SUBJECT } from '@buildwire/contracts';
import type { CircuitChange } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** A timer may ring a little early by the wall clock. */
const EARLY_MS = 20;

/** From an opening to the next change: nobody calls before `untilMs`, and whoever does then is a probe. Epoch ms. */
export interface Reset {
  openedAtMs: number;
  untilMs: number;
  endMs: number;
  next: CircuitChange['state'];
}

/** What the replicas announce of their circuits. */
export class CircuitRecord {
  private readonly changes: CircuitChange[] = [];

  private constructor(private readonly nats: NatsConnection) {
    nats.subscribe(CIRCUITS_SUBJECT, { callback: (_, message) => void this.changes.push(...message.json<CircuitChange[]>()) });
  }

  static async listening(natsUrl: string): Promise<CircuitRecord> {
    const nats = await connect({ servers: natsUrl });
    const record = new CircuitRecord(nats);
    await nats.flush();
    return record;
  }

  close(): Promise<void> {
    return this.nats.close();
  }

  /** The openings and closings, the oldest first. Replicas whose probes fail at once announce one opening together; the last word counts, and of two of the same millisecond that which is open for longer. */
  get turns(): CircuitChange[] {
    const turns: CircuitChange[] = [];
    for (const change of this.changes.toSorted((one, other) => one.changedAtMs - other.changedAtMs || one.untilMs - other.untilMs)) {
      const last = turns.at(-1);
      const isRepeated = last?.state === change.state && (change.state === 'closed' || change.changedAtMs < last.untilMs - EARLY_MS);
      turns.splice(isRepeated ? -1 : turns.length, isRepeated ? 1 : 0, isRepeated ? { ...change, changedAtMs: last.changedAtMs } : change);
    }
    return turns;
  }

  get resets(): Reset[] {
    const { turns } = this;
    return turns.flatMap(({ state, changedAtMs, untilMs }, index) => {
      const next = turns[index + 1];
      return state === 'closed' || next === undefined ? [] : [{ openedAtMs: changedAtMs, untilMs: untilMs - EARLY_MS, endMs: next.changedAtMs, next: next.state }];
    });
  }

  /** The first change that is so and was made after this time (epoch ms), once there is one. */
  next(state: CircuitChange['state'], afterMs: number): Promise<CircuitChange> {
    return eventually(() => {
      const change = this.turns.find((turn) => turn.state === state && turn.changedAtMs > afterMs);
      if (change === undefined) throw new Error(`nobody says that the circuit is ${state}: ${JSON.stringify(this.changes)}`);
      return change;
    }, { timeoutMs: 40_000 });
  }
}
