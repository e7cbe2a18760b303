import { UnavailableError, allConsumers } from '@buildwire/contracts';
import type { ConsumerDefinition, StreamName } from '@buildwire/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import { Broker } from './broker.js';

/** What a durable consumer has before it. Each call asks the server; an {@link UnavailableError} says that it did not answer. */
export class Backlog {
  constructor(private readonly broker: Broker) {}

  /** Messages that have not settled: they wait, or they are being worked on. */
  async unsettled(stream: StreamName, durable: string): Promise<number> {
    return this.ask(async (manager) => {
      const { num_pending: waiting, num_ack_pending: handedOut } = await manager.consumers.info(stream, durable);
      return waiting + handedOut;
    });
  }

  /** When the oldest of these messages was stored, in epoch milliseconds by the server's clock; undefined if there is none. */
  async oldestAtMs(stream: StreamName, durable: string): Promise<number | undefined> {
    return this.ask(async (manager) => {
      const times = await Promise.all(filtersOf(stream, durable).map((filter) => storedAtMs(manager, stream, filter)));
      const known = times.filter((time) => time !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    });
  }

  private async ask<Answer>(question: (manager: JetStreamManager) => Promise<Answer>): Promise<Answer> {
    try {
      return await question(await this.broker.manager());
    } catch (error) {
      throw error instanceof UnavailableError ? error : new UnavailableError('broker', { cause: error });
    }
  }
}

function filtersOf(stream: StreamName, durable: string): readonly string[] {
  const definition = allConsumers.find((consumer: ConsumerDefinition) => consumer.stream === stream && consumer.durable === durable);
  if (definition === undefined) throw new Error(`${stream} has no consumer ${durable}`);
  return definition.filters;
}

async function storedAtMs(manager: JetStreamManager, stream: StreamName, filter: string): Promise<number | undefined> {
  const message = await manager.direct.getMessage(stream, { seq: 1, next_by_subj: filter });
  return message?.time.getTime();
}
