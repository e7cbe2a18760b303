import { describe, expect, it } from 'vitest';
import { exampleMessage } from '../examples.js';
import { buildStep, buildStepOf } from './build-step.js';
import { eventTypes } from './event-types.js';
import type { EventType } from './event-types.js';

const { event } = exampleMessage('delivery.matched');
const stepOf = (type: EventType) => buildStepOf({ ...event, type } as typeof event);

describe('what an event says of its build', () => {
  it('is a state with its place: a rank, and when it occurred', () => {
    expect(stepOf('build.failed')).toEqual({ id: 'bld_1843', rank: 3, atMs: Date.parse('2026-05-10T15:08:51.250Z') });
  });

  it('goes from created over queued and started to one of the ends', () => {
    const types: EventType[] = ['build.created', 'build.queued', 'build.started', 'build.finished', 'build.failed', 'build.canceled', 'build.superseded'];
    expect(types.map((type) => stepOf(type)?.rank)).toEqual([0, 1, 2, 3, 3, 3, 3]);
  });

  it('is nothing for what is about a job, a deployment, a webhook or a delivery, though it may name a build', () => {
    const others = Object.keys(eventTypes).filter((type) => !type.startsWith('build.'));
    expect(others.map((type) => stepOf(type as EventType))).toEqual(others.map(() => undefined));
  });

  it('fits its schema for every type', () => {
    expect(buildStep.safeParse(stepOf('build.created')).success).toBe(true);
  });
});
