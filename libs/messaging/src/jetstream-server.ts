import { setMaxListeners } from 'node:events';
import { messageDeadLettered, pipeline, subjectPrefix } from '@buildwire/contracts';
import type { ConsumerDefinition, ServiceName } from '@buildwire/contracts';
import { Logger } from '@nestjs/common';
import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { BatchRunner } from './batch-runner.js';
import { Broker } from './broker.js';
import { callHandler, modeOf } from './call-handler.js';
import { ConsumerLoop } from './consumer-loop.js';
import { DeadLetters } from './dead-letters.js';
import { EachRunner } from './each-runner.js';
import type { Incoming } from './incoming-message.js';
import { LateAcks } from './late-acks.js';
import { handledRecords } from './metrics.js';
import { JETSTREAM, patternOf } from './on-message.decorator.js';
import { Settler } from './runner.js';
import type { Runner } from './runner.js';
import { StrandedMessages } from './stranded-messages.js';
import { ensureTopology } from './topology.js';
import type { StreamSettings } from './topology.js';

export interface ServerOptions extends StreamSettings {
  services: readonly ServiceName[];
  /** Records that one consumer whose handler takes them one by one works on at a time. */
  concurrency: number;
}

/** The Nest transport for JetStream, configured from the pipeline: a stage without its handler does not boot. */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JETSTREAM;
  private readonly log = new Logger('JetStreamServer');
  private readonly stopping = new AbortController();
  private readonly acks = new LateAcks();
  private loops: ConsumerLoop[] = [];
  private readonly stranded: StrandedMessages;
  private topology: Promise<void> | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly deadLetters: DeadLetters,
    private readonly options: ServerOptions,
  ) {
    super();
    this.stranded = new StrandedMessages(broker, options.services);
    // Each record that waits for a dependency listens.
    setMaxListeners(0, this.stopping.signal);
  }

  override addHandler(pattern: string, handler: MessageHandler, isEvent?: boolean, extras?: Record<string, unknown>): void {
    if (this.messageHandlers.has(pattern)) throw new Error(`two handlers for ${pattern}: each message has one`);
    super.addHandler(pattern, handler, isEvent, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.loops = this.options.services.flatMap((service) => pipeline[service].consumes.map((definition) => this.loopOf(service, definition)));
      for (const loop of this.loops) loop.start();
      this.stranded.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Resolves once streams and consumers exist. */
  ready(): Promise<void> {
    this.topology ??= this.provision().catch((error: unknown) => {
      this.topology = undefined;
      throw error;
    });
    return this.topology;
  }

  /** Stops pulling and waits for what is in flight. Nest calls it on shutdown, after which the broker may be closed. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.stranded.stop(), ...this.loops.map((loop) => loop.stop())]);
  }

  on(): never {
    throw new Error('this transport emits no events; see Broker');
  }

  unwrap<T>(): T {
    throw new Error('the broker connection stays inside libs/messaging');
  }

  private async provision(): Promise<void> {
    await ensureTopology(await this.broker.manager(), this.options);
  }

  private loopOf(service: ServiceName, definition: ConsumerDefinition): ConsumerLoop {
    const runner = this.runnerOf(service, definition);
    return new ConsumerLoop({
      broker: this.broker,
      definition,
      runner,
      acks: this.acks,
      // Streams can be lost while we run (a wiped server), so each restart of a loop looks again.
      ensureTopology: async () => this.provision(),
      bury: async (message, reason) => this.bury(service, message.subject, message.data, reason),
    });
  }

  private runnerOf(service: ServiceName, { durable, contracts, gatherMs }: ConsumerDefinition): Runner {
    const handlers = new Map(contracts.map(({ name }) => [name, this.handlerOf(service, name)]));
    const settlers = new Map([...handlers].map(([name, handler]) => [name, this.settlerOf(service, name, handler)]));
    const settlerOf = (name: string): Settler => settlers.get(name) ?? fail(`no handler for ${name}`);
    const modes = new Set([...handlers.values()].map(modeOf));
    if (modes.size > 1) throw new Error(`the handlers of consumer ${durable} take records one by one and in batches: choose one`);
    return modes.has('batch') ? new BatchRunner(settlerOf, gatherMs) : new EachRunner(settlerOf, this.options.concurrency);
  }

  private handlerOf(service: ServiceName, contract: string): MessageHandler {
    return this.messageHandlers.get(patternOf(service, contract)) ?? fail(`${service} consumes ${contract} but has no handler for it`);
  }

  private settlerOf(service: ServiceName, contract: string, handler: MessageHandler): Settler {
    const [done, discarded] = (['done', 'discard'] as const).map((outcome) => handledRecords.labels(service, contract, outcome));
    const invoke = async (records: Incoming[]) => {
      const outcomes = await callHandler(handler, records);
      const buried = outcomes?.filter(({ kind }) => kind === 'discard').length ?? 0;
      done?.inc(records.length - buried);
      if (buried > 0) discarded?.inc(buried);
      return outcomes;
    };
    const bury = ({ record, message }: Incoming, reason: string) => this.bury(service, message.subject, Buffer.from(JSON.stringify(record)), reason);
    const onError = (error: unknown, records: number) => {
      handledRecords.inc({ service, contract, outcome: 'error' }, records);
      this.log.warn(`${service} could not work on ${records} × ${contract}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    };
    return new Settler(invoke, bury, onError, this.stopping.signal);
  }

  private async bury(service: ServiceName, subject: string, payload: Uint8Array, reason: string): Promise<void> {
    if (subject.startsWith(subjectPrefix(messageDeadLettered.name))) {
      // A dead letter of a dead letter would go round for ever.
      this.log.error(`a dead letter could not be stored and is dropped: ${reason}`);
      return;
    }
    await this.deadLetters.add({ service, subject, reason, payload });
  }
}

function fail(message: string): never {
  throw new Error(message);
}
