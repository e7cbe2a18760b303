import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError, subjectPrefix } from '@buildwire/contracts';
import type { AnyContract, ConsumerDefinition } from '@buildwire/contracts';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/nats-core';
import { Logger } from '@nestjs/common';
import type { Broker } from './broker.js';
import { IncomingMessage, decode } from './incoming-message.js';
import type { LateAcks } from './late-acks.js';
import type { Runner } from './runner.js';
import { ACK_WAIT_MS } from './topology.js';

/** Messages that the client holds ahead of the handlers; of 100 KB under load. */
const PREFETCH = 40;
const RESTART_MS = 500;
/** A round trip to a broker that answers. */
const LAST_WORD_MS = 1_000;

interface Parts {
  broker: Broker;
  definition: ConsumerDefinition;
  runner: Runner;
  acks: LateAcks;
  /** Makes sure that streams and consumers exist. */
  ensureTopology(): Promise<void>;
  /** Parks a message that cannot be read. */
  bury(message: IncomingMessage, reason: string): Promise<void>;
}

/** Pulls the messages of one durable consumer and hands their records to the runner, for as long as the process lives. */
export class ConsumerLoop {
  private readonly logger: Logger;
  private readonly open = new Set<IncomingMessage>();
  private messages: ConsumerMessages | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(private readonly parts: Parts) {
    this.logger = new Logger(`Consumer ${parts.definition.stream} ${parts.definition.durable}`);
  }

  start(): void {
    this.heartbeat = setInterval(() => this.showLife(), ACK_WAIT_MS / 3);
    this.running = this.runForEver();
  }

  /** Stops pulling, gives back what was not begun, and waits until what was begun has settled. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.endPull();
    await this.running;
    await this.parts.runner.idle();
    this.parts.acks.flush();
    clearInterval(this.heartbeat);
  }

  private async runForEver(): Promise<void> {
    while (!this.stopped) {
      try {
        if (!(await this.parts.broker.whenConnected(RESTART_MS))) continue;
        await this.parts.ensureTopology();
        await this.pull();
      } catch (error) {
        if (!this.stopped) this.logger.warn(`interrupted, starting again: ${String(error)}`);
      }
      if (!this.stopped) await sleep(RESTART_MS);
    }
  }

  private async pull(): Promise<void> {
    const { broker, definition } = this.parts;
    const consumer = await broker.jetstream().consumers.get(definition.stream, definition.durable);
    // A consumer that an operator removed must be made anew: by default the client would wait for it for ever.
    this.messages = await consumer.consume({ max_messages: PREFETCH, threshold_messages: PREFETCH / 2, abort_on_missing_resource: true });
    if (this.stopped) await this.endPull();
    for await (const message of this.messages) await this.take(message);
  }

  /** Hears what the broker has sent already: `stop` alone would drop it, and it would come again only after the acknowledgement wait. */
  private async endPull(): Promise<void> {
    if (this.messages === undefined) return;
    // Not in the interface, but the way in which the client itself ends its consumers when a connection is drained.
    const { sub } = this.messages as ConsumerMessages & { sub: Subscription };
    await Promise.race([sub.drain().catch(() => undefined), sleep(LAST_WORD_MS, undefined, { ref: false })]);
    this.messages.stop();
  }

  private async take(message: JsMsg): Promise<void> {
    if (this.stopped) {
      message.nak();
      return;
    }
    const contract = this.contractOf(message);
    const decoded = decode(contract, message);
    const count = decoded.kind === 'records' ? decoded.records.length : 1;
    const incoming = new IncomingMessage(message, count, this.parts.acks, (closed) => this.open.delete(closed));
    this.open.add(incoming);
    if (decoded.kind === 'unreadable') return this.setAside(incoming, decoded.reason);
    if (count === 0) return incoming.settle();
    await this.parts.runner.accept(contract.name, decoded.records.map((record, index) => ({ record, index, message: incoming })));
  }

  private contractOf(message: JsMsg): AnyContract {
    const contract = this.parts.definition.contracts.find(({ name }) => message.subject.startsWith(`${subjectPrefix(name)}.`));
    if (contract === undefined) throw new Error(`no contract for ${message.subject}`);
    return contract;
  }

  private async setAside(message: IncomingMessage, reason: string): Promise<void> {
    try {
      await this.parts.bury(message, `it cannot be read: ${reason}`);
      message.settle();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      message.release();
    }
  }

  private showLife(): void {
    for (const message of this.open) message.working();
  }
}
