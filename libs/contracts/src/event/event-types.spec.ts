import { describe, expect, it } from 'vitest';
import { buildStates, eventType, eventTypePattern, isOperational, jobStates, matchesType, operationalEventTypes, producedEventTypes, statesOf, subjectKindOf } from './event-types.js';
import type { BuildState, OperationalEventType, ProducedEventType } from './event-types.js';

const types = Object.keys(producedEventTypes) as ProducedEventType[];
const operational = Object.keys(operationalEventTypes) as OperationalEventType[];

describe('the event types', () => {
  it('are what a build system says about builds, jobs and deployments', () => {
    expect(types).toEqual([
      ...['created', 'queued', 'started', 'finished', 'failed', 'canceled', 'superseded'].map((end) => `build.${end}`),
      ...['created', 'queued', 'started', 'finished'].map((end) => `job.${end}`),
      ...['created', 'started', 'finished', 'failed', 'canceled'].map((end) => `deployment.${end}`),
    ]);
  });

  it.each(types)('%s names what it is about', (type) => {
    expect(type.startsWith(`${subjectKindOf(type)}.`)).toBe(true);
  });

  it('have a type for every state, whatever the subject', () => {
    const covered = (kind: string) => new Set(types.filter((type) => subjectKindOf(type) === kind).flatMap((type) => [...statesOf(type)]));
    expect([...buildStates].filter((state) => !covered('build').has(state))).toEqual([]);
    expect([...jobStates].filter((state) => !covered('job').has(state))).toEqual([]);
    expect([...jobStates].filter((state) => !covered('deployment').has(state))).toEqual([]);
  });

  it.each(['build', 'job', 'deployment'] as const)('of a %s leave no doubt how it ended', (kind) => {
    const endings: BuildState[] = ['succeeded', 'failed', 'timed_out', 'rejected', 'canceled', 'superseded'];
    for (const state of endings) {
      expect(types.filter((type) => subjectKindOf(type) === kind && statesOf(type).includes(state)).length).toBeLessThanOrEqual(1);
    }
  });

  it('of Buildwire itself are about webhooks and deliveries', () => {
    expect(operational).toEqual(['webhook.failing', 'webhook.disabled', 'webhook.circuit.opened', 'webhook.circuit.closed', 'delivery.exhausted']);
    expect(operational.map(subjectKindOf)).toEqual(['webhook', 'webhook', 'webhook', 'webhook', 'delivery']);
    expect(eventType.options).toEqual([...types, ...operational]);
    expect(eventType.options.filter(isOperational)).toEqual(operational);
  });

  it('are a closed set', () => {
    expect(eventType.safeParse('build.exploded').success).toBe(false);
    expect(eventType.safeParse('toString').success).toBe(false);
  });
});

describe('a pattern', () => {
  it.each([
    ['build.finished', ['build.finished']],
    ['deployment.*', types.filter((type) => type.startsWith('deployment.'))],
    ['*.canceled', ['build.canceled', 'deployment.canceled']],
    ['*.*', types],
    ['*', types],
    ['webhook.circuit.opened', ['webhook.circuit.opened']],
    ['webhook.circuit.*', ['webhook.circuit.opened', 'webhook.circuit.closed']],
    ['webhook.*', ['webhook.failing', 'webhook.disabled']],
    ['webhook.*.closed', ['webhook.circuit.closed']],
    ['webhook.*.*', ['webhook.circuit.opened', 'webhook.circuit.closed']],
    ['delivery.*', ['delivery.exhausted']],
  ])('%s matches what it says', (pattern, expected) => {
    expect(eventType.options.filter((type) => matchesType(pattern, type))).toEqual(expected);
    expect(eventTypePattern.parse(pattern)).toBe(pattern);
  });

  it.each(['', '.', 'build', 'build.', '.finished', 'build.finish', 'build.finished.now', '*.*.*', 'build.fin*', 'Build.*', 'build.>', '**', 'job.superseded', 'build.finished ', '*.exhausted', '*.circuit.opened', 'webhook', 'webhook.circuit'])(
    '%j is refused: it matches no event type',
    (pattern) => {
      expect(eventTypePattern.safeParse(pattern).success).toBe(false);
    },
  );
});
