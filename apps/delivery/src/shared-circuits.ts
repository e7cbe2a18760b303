import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { CIRCUITS_SUBJECT, UnavailableError, eventAccepted } from '@buildwire/contracts';
import type { CircuitChange } from '@buildwire/contracts';
import { CoreNats, Publisher } from '@buildwire/messaging';
import { Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { EndpointCircuits } from './endpoint-circuits.js';
import type { OwnChange } from './endpoint-circuits.js';
import { circuitEvent } from './endpoint-events.js';
import { EndpointHealthStore } from './endpoint-health.repository.js';
import type { WrittenCircuit } from './endpoint-health.repository.js';
import { Periodic } from './periodic.js';
import { RecentMap } from './recent-map.js';

const READ_MS = 2_000;
/** How long a start waits for what is open: without an answer all circuits are closed. */
const START_PATIENCE_MS = 2_000;
/** Changes that wait for Postgres; of more, the oldest are lost. */
const MAX_PENDING = 10_000;
/** Changes in one statement, and in one announcement, which is then far below the broker's limit. */
const PORTION = 500;

/** One truth about circuits: a change here is announced to the other replicas and stored, in the background, and theirs are heard. */
export class SharedCircuits implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('SharedCircuits');
  private readonly pending = new RecentMap<OwnChange>(MAX_PENDING);
  private readonly reading = new Periodic('SharedCircuits', READ_MS, () => this.catchUp());
  private unsaid: CircuitChange[] = [];
  private writing: Promise<void> | undefined;
  private since: string | undefined;

  private constructor(
    private readonly circuits: EndpointCircuits,
    private readonly store: EndpointHealthStore,
    private readonly nats: CoreNats,
    private readonly publisher: Publisher,
  ) {}

  /** What is open is known before the first delivery comes, so that a restart causes no storm: the transport listens before modules are initialized. */
  static async started(circuits: EndpointCircuits, store: EndpointHealthStore, nats: CoreNats, publisher: Publisher): Promise<SharedCircuits> {
    const shared = new SharedCircuits(circuits, store, nats, publisher);
    await shared.start();
    return shared;
  }

  onModuleInit(): void {
    this.reading.start();
  }

  private async start(): Promise<void> {
    this.circuits.onChange = (own) => this.changed(own);
    this.nats.listen(CIRCUITS_SUBJECT, (changes) => this.hear(changes as CircuitChange[]));
    const read = this.read().catch((error: unknown) => this.logger.debug(`circuits are not known yet: ${String(error)}`));
    await Promise.race([read, sleep(START_PATIENCE_MS, undefined, { ref: false })]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reading.stop();
    await this.write().catch((error: unknown) => this.logger.warn(`changes of circuits were not stored: ${String(error)}`));
  }

  /** The endpoints answered although their circuits were not closed by a probe of ours: nobody had one any more. */
  recovered(written: readonly WrittenCircuit[]): void {
    const changes = written.map(({ webhookId, changedAtMs }) => ({ webhookId, state: 'closed' as const, untilMs: 0, openings: 0, changedAtMs, sinceMs: changedAtMs }));
    this.hear(changes);
    for (const change of changes) this.announce(change);
    for (const row of written) this.tell(row, undefined);
  }

  private changed(own: OwnChange): void {
    const before = this.pending.get(own.change.webhookId);
    this.pending.set(own.change.webhookId, before?.forgotten === true ? { ...own, forgotten: true } : own);
    this.announce(own.change);
    this.write().catch((error: unknown) => this.logger[error instanceof UnavailableError ? 'debug' : 'error'](`changes of circuits wait: ${String(error)}`));
  }

  private hear(changes: readonly CircuitChange[]): void {
    for (const change of changes) this.circuits.hear(change);
  }

  /** Those of one turn of the event loop share a message. One that is missed is read soon. */
  private announce(change: CircuitChange): void {
    this.unsaid.push(change);
    if (this.unsaid.length > 1) return;
    void setImmediate().then(async () => {
      const changes = this.unsaid;
      this.unsaid = [];
      for (let from = 0; from < changes.length; from += PORTION) await this.nats.announce(CIRCUITS_SUBJECT, changes.slice(from, from + PORTION));
    }).catch((error: unknown) => this.logger.debug(`changes of circuits were not announced: ${String(error)}`));
  }

  private async catchUp(): Promise<void> {
    this.circuits.measure();
    await this.write();
    await this.read();
  }

  private async read(): Promise<void> {
    const { since, changes } = await this.store.readCircuits(this.since);
    this.hear(changes);
    this.since = since;
  }

  /** Writes what is pending. What Postgres does not take stays, until it does or a later change takes its place. */
  private write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    await setImmediate();
    for (let portion = this.pending.oldest(PORTION); portion.length > 0; portion = this.pending.oldest(PORTION)) {
      await this.writePortion(portion);
    }
  }

  private async writePortion(portion: readonly OwnChange[]): Promise<void> {
    const written = await this.store.writeCircuits(portion.map(({ change, endpoint }) => ({ ...change, appId: endpoint?.appId })));
    const forgotten = portion.filter((own) => own.forgotten).map(({ change }) => change.webhookId);
    if (forgotten.length > 0) await this.store.forgetStreaks(forgotten);
    for (const own of portion) {
      if (this.pending.get(own.change.webhookId) === own) this.pending.delete(own.change.webhookId);
    }
    for (const row of written) this.tell(row, portion.find(({ change }) => change.webhookId === row.webhookId)?.change);
  }

  private tell(written: WrittenCircuit, change: CircuitChange | undefined): void {
    const event = circuitEvent(written, { untilMs: change?.untilMs ?? 0, reason: change?.reason });
    if (event === undefined) return;
    this.publisher.insist(eventAccepted, event).catch((error: unknown) => this.logger.warn(`nobody is told that an outage ${written.outage}: ${String(error)}`));
  }
}
