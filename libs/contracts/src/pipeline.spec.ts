import { describe, expect, it } from 'vitest';
import { exampleMessage } from './examples.js';
import type { MessageName } from './examples.js';
import { subjectPrefix } from './message-contract.js';
import { deliveryRendered, lanes } from './messages/delivery-rendered.js';
import { triggers } from './messages/delivery.js';
import { allConsumers, pipeline } from './pipeline.js';
import type { AnyContract, Stage } from './pipeline.js';
import { streams } from './streams.js';

const stages: readonly Stage[] = Object.values(pipeline);
const published = [...new Set(stages.flatMap(({ publishes }) => publishes))];
const consumed = allConsumers.flatMap((consumer) => consumer.contracts.map((contract) => [contract.name, contract, consumer] as const));

describe('the pipeline', () => {
  it('names each stage as it is keyed', () => {
    expect(stages.map(({ service }) => service)).toEqual(Object.keys(pipeline));
  });

  it.each(consumed)('%s is published by somebody', (_, contract) => {
    expect(published).toContain(contract);
  });

  it.each(published.map((contract) => [contract.name, contract] as const))('%s is consumed by somebody', (_, contract) => {
    expect(consumed.map(([, each]) => each)).toContain(contract);
  });

  it.each(Object.values(streams))('the stream $name has a consumer', ({ name }) => {
    expect(allConsumers.some(({ stream }) => stream === name)).toBe(true);
  });

  it.each(published.map((contract) => [contract.name, contract] as const))('%s goes where its stream listens, and nowhere else', (_, contract) => {
    for (const subject of subjectsOf(contract)) {
      const listening = Object.values(streams).filter(({ subjects }) => subjects.some((filter) => covers(filter, subject)));
      expect(listening.map(({ name }) => name)).toEqual([contract.stream]);
    }
  });

  it.each(consumed)('%s is in the stream of the consumer that takes it', (_, contract, consumer) => {
    expect(consumer.stream).toBe(contract.stream);
  });

  it('reaches one consumer of each service that takes a contract, on every subject', () => {
    for (const { consumes } of stages) {
      for (const contract of new Set(consumes.flatMap(({ contracts }) => contracts))) {
        for (const subject of subjectsOf(contract)) {
          expect(consumes.filter(({ filters }) => filters.some((filter) => covers(filter, subject)))).toHaveLength(1);
        }
      }
    }
  });

  it('has no filter that lets in another contract', () => {
    for (const { stream, filters, contracts } of allConsumers) {
      const others = published.filter((contract) => contract.stream === stream && !contracts.includes(contract));
      expect(others.flatMap(subjectsOf).filter((subject) => filters.some((filter) => covers(filter, subject)))).toEqual([]);
    }
  });

  it('gives each message of a work queue to one consumer, as NATS demands', () => {
    for (const { name, retention } of Object.values(streams)) {
      if (retention !== 'workqueue') continue;
      const subjects = published.filter(({ stream }) => stream === name).flatMap(subjectsOf);
      const takers = (subject: string) => allConsumers.filter(({ stream, filters }) => stream === name && filters.some((filter) => covers(filter, subject)));
      expect(subjects.map((subject) => takers(subject).length)).toEqual(subjects.map(() => 1));
    }
  });

  it('names each durable once per stream, with letters that NATS takes', () => {
    const names = allConsumers.map(({ stream, durable }) => `${stream} ${durable}`);
    expect(new Set(names).size).toBe(names.length);
    expect(allConsumers.every(({ durable }) => /^[a-z-]+$/.test(durable))).toBe(true);
  });

  it.each([
    ['the first attempt', { trigger: 'event', attempt: 1, postponements: 0 }, 'new'],
    ['a later attempt', { trigger: 'retry', attempt: 2, postponements: 0 }, 'retry'],
    ['a first attempt that was put off', { trigger: 'event', attempt: 1, postponements: 3 }, 'retry'],
    ['a resend', { trigger: 'resend', attempt: 5, postponements: 1 }, 'bulk'],
  ] as const)('sends %s down its own lane', (_, turn, lane) => {
    const subject = deliveryRendered.subject({ ...exampleMessage('delivery.rendered'), ...turn });
    expect(lanes).toContain(lane);
    expect(subject).toBe(`${subjectPrefix(deliveryRendered.name)}.${lane}.org_default`);
  });
});

describe('a key', () => {
  it('tells the records of one stream apart', () => {
    for (const { name } of Object.values(streams)) {
      const keys = published.filter(({ stream }) => stream === name).map((contract) => contract.key(exampleMessage(contract.name as MessageName)));
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).not.toContain('');
    }
  });

  it('differs with each turn of a delivery, and not with a repeat', () => {
    const first = exampleMessage('delivery.rendered');
    const turns = [first, { ...first, attempt: 2 }, { ...first, postponements: 1 }, { ...first, resendId: 'r1' }, { ...first, resendId: 'r2' }];
    expect(new Set(turns.map((turn) => deliveryRendered.key(turn))).size).toBe(turns.length);
    expect(deliveryRendered.key({ ...first })).toBe(deliveryRendered.key(first));
  });
});

/** Where the records of a contract can go: besides the organization, a subject depends on the turn of a delivery at most. */
function subjectsOf(contract: AnyContract): string[] {
  const example = exampleMessage(contract.name as MessageName);
  const turns = triggers.flatMap((trigger) => [1, 2].map((attempt) => ({ trigger, attempt })));
  return [...new Set(turns.map((turn) => contract.subject({ ...example, ...turn })))];
}

/** Does a NATS filter cover a subject? */
function covers(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  return wanted.length === tokens.length && wanted.every((token, index) => token === '*' || token === tokens[index]);
}
