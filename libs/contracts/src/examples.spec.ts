import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventTypes, operationalEventTypes, producedEventTypes } from './event/event-types.js';
import type { OperationalEventType, ProducedEventType } from './event/event-types.js';
import { event, eventInput, operationalEventSchema } from './event/event.js';
import { exampleEvent, exampleMessage, seedExamples } from './examples.js';
import type { MessageName } from './examples.js';
import { deliveryIdOf, timeOfId } from './ids.js';
import { pipeline } from './pipeline.js';
import type { AnyContract, Stage } from './pipeline.js';
import { millisecondsOf } from './timestamp.js';

const types = Object.keys(producedEventTypes) as ProducedEventType[];
const operational = Object.keys(operationalEventTypes) as OperationalEventType[];
const contracts = [...new Set(Object.values(pipeline).flatMap((stage: Stage): readonly AnyContract[] => stage.publishes))];

describe('the example of an event type', () => {
  it('exists for every type, and for no other', () => {
    expect(filesOf('events')).toEqual(Object.keys(eventTypes).map((type) => `${type}.json`).sort());
  });

  it.each(types)('%s is valid and complete: parsing it changes nothing', (type) => {
    const example = exampleEvent(type);
    expect(example.type).toBe(type);
    expect(eventInput.parse(example)).toEqual(example);
  });

  it.each(types)('%s tells times that add up', (type) => {
    for (const { timing } of subjectsOf(exampleEvent(type))) {
      const { createdAt, queuedAt, pendingAt, startedAt, finishedAt, updatedAt } = timing ?? {};
      const steps = [createdAt, queuedAt, pendingAt, startedAt, finishedAt, updatedAt].filter((at) => at !== undefined);
      expect([...steps].sort()).toEqual(steps);
      if (finishedAt === undefined) continue;
      const since = startedAt ?? createdAt ?? finishedAt;
      expect(timing?.durationMs).toBe(millisecondsOf(finishedAt) - millisecondsOf(since));
    }
  });

  it.each(operational)('%s is what is told: parsing it changes nothing', (type) => {
    const example = exampleEvent(type);
    expect(example.type).toBe(type);
    expect(event.parse(example)).toEqual(example);
    expect(operationalEventSchema.parse(example)).toEqual(example);
  });

  it('holds no id, so that sending it twice makes two events', () => {
    expect(types.filter((type) => exampleEvent(type).id !== undefined)).toEqual([]);
  });
});

describe('the example of a message', () => {
  it('exists for every contract, and for no other', () => {
    expect(filesOf('messages')).toEqual(contracts.map(({ name }) => `${name}.json`).sort());
  });

  it.each(contracts.map((contract) => [contract.name, contract] as const))('%s is valid: parsing it changes nothing', (name, contract) => {
    const example = exampleMessage(name as MessageName);
    expect(contract.schema.parse(example)).toEqual(example);
  });

  it.each(contracts.map((contract) => [contract.name, contract] as const))('%s is whole again after its text travelled beside its JSON', (name, { aside }) => {
    const example: object = exampleMessage(name as MessageName);
    if (aside === undefined) return;
    const { text, rest } = aside.split(example);
    expect(JSON.stringify(rest)).not.toContain(JSON.stringify(text).slice(1, -1));
    const { eventJson, ...whole } = aside.join(JSON.parse(JSON.stringify(rest)) as object, text) as { eventJson?: string };
    expect(whole).toEqual(example);
    expect([undefined, text]).toContain(eventJson);
  });

  it('is about the deliveries that its event and webhooks have', () => {
    const { organizationId, event, deliveries } = exampleMessage('delivery.matched');
    const ofEvent = { organizationId, eventId: event.id, receivedAtMs: millisecondsOf(event.receivedAt) };
    expect(deliveries.map(({ id }) => id)).toEqual(deliveries.map(({ webhookId }) => deliveryIdOf(ofEvent, webhookId)));
    expect(exampleMessage('delivery.rendered').deliveries).toEqual(deliveries);
    expect(timeOfId(exampleMessage('delivery.attempted').attemptId)).toBe(exampleMessage('delivery.attempted').sentAtMs);
  });
});

describe('a seed example', () => {
  const seeds = seedExamples().map((seed) => [seed.name, seed] as const);

  it('exists for every product and what it documents', () => {
    expect(seeds.map(([name]) => name)).toEqual([
      'appflow-package',
      'appflow-web',
      'buildpixel-complete',
      'buildpixel-created',
      'buildpixel-failed',
      'buildpixel-running',
      'buildpixel-superseded',
      'capawesome-job-finished',
      'eas-build-errored',
      'eas-build-finished',
      'eas-submit-errored',
      'eas-submit-finished',
      'expo-errored',
      'expo-finished',
    ]);
  });

  it.each(seeds)('%s maps to a valid event: parsing it changes nothing', (_, { event }) => {
    expect(eventInput.parse(event)).toEqual(event);
  });

  it.each(seeds)('%s loses nothing: every value of the vendor is in the event, or follows from it', (_, { vendor, event }) => {
    const kept = new Set(leavesOf(event).map(([, value]) => value));
    const lost = leavesOf(vendor).filter(([path, value]) => !DERIVED.test(path) && !kept.has(value) && !kept.has(instantOf(value)));
    expect(lost).toEqual([]);
  });
});

/** What a dialect makes of the type, the state and the times; `null` is how some say that there is none. */
const DERIVED = /^\/(event|type|status|state|buildInfo\/state|data\/status|data\/build\/status|data\/\w+TimeInSeconds)$/;

function subjectsOf({ build, job, deployment }: ReturnType<typeof exampleEvent>) {
  return [build, job, deployment].filter((subject) => subject !== undefined);
}

function filesOf(folder: string): string[] {
  return readdirSync(new URL(`../examples/${folder}`, import.meta.url)).sort();
}

function leavesOf(value: unknown, path = ''): [string, string][] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${path}/${key}`));
}

/** The canonical notation of a vendor's instant: ISO in milliseconds or microseconds, or epoch milliseconds. */
function instantOf(text: string): string {
  if (/^\d{13}$/.test(text)) return new Date(Number(text)).toISOString().replace('Z', '000Z');
  return text.replace(/(\.\d{3})Z$/, '$1000Z').replace(/\+00:00$/, 'Z');
}
