import { describe, expect, it } from 'vitest';
import { acceptedExample, exampleTypeFor } from './accepted-example.js';
import { eventType } from './event/event-types.js';
import { exampleEvent, seedExamples } from './examples.js';
import { dialects } from './format.js';
import { millisecondsOf, timestampOf } from './timestamp.js';

const NOW = Date.UTC(2027, 0, 2, 3, 4, 5, 678);
const OURS = { organizationId: 'org_ours', appId: null, dialect: null };

describe('an accepted example', () => {
  it.each(eventType.options)('%s is of now, of its owner, and an event of its own', (type) => {
    const [one, other] = [acceptedExample(type, OURS, NOW), acceptedExample(type, { ...OURS, appId: 'app_ours' }, NOW)];
    expect(one).toMatchObject({ type, occurredAt: timestampOf(NOW), receivedAt: timestampOf(NOW), organization: { id: 'org_ours' }, app: { id: exampleEvent(type).app.id } });
    expect(other.app).toEqual({ ...one.app, id: 'app_ours' });
    expect(one.id).toMatch(/^evt_/);
    expect(other.id).not.toBe(one.id);
  });

  it('keeps the distance of all its times', () => {
    const [example, ours] = [exampleEvent('build.finished'), acceptedExample('build.finished', OURS, NOW)].map(({ occurredAt = '', build = { id: '' } }) => {
      const times = [build.timing?.startedAt, build.timing?.createdAt, build.source?.committedAt];
      return { ages: times.map((at = '') => millisecondsOf(occurredAt) - millisecondsOf(at)), durationMs: build.timing?.durationMs };
    });
    expect(ours).toEqual(example);
    expect(example?.ages[0]).toBe(763_000);
  });
});

describe('an accepted example for a dialect', () => {
  it.each(dialects)('%s is there for every type', (dialect) => {
    expect(eventType.options.map((type) => acceptedExample(type, { ...OURS, dialect }, NOW).type)).toEqual(eventType.options);
  });

  it.each(seedExamples().map(({ name, event }) => [name, event] as const))('is what its product documents: %s', (name, { type }) => {
    const dialect = dialects.find((each) => name.startsWith(`${each}-`)) ?? null;
    const first = seedExamples().find((seed) => seed.name.startsWith(`${dialect}-`) && seed.event.type === type);
    expect(acceptedExample(type, { ...OURS, dialect }, NOW).subject).toEqual(first?.event.subject);
  });
});

describe('the example for a webhook', () => {
  it.each([
    [null, ['*'], 'build.finished'],
    ['buildwire', ['deployment.failed', '*.finished'], 'build.finished'],
    ['buildwire', ['deployment.*'], 'deployment.created'],
    [null, ['job.finished', 'build.failed'], 'build.failed'],
    ['expo', ['*'], 'build.finished'],
    ['expo', ['build.failed'], 'build.failed'],
    ['eas', ['deployment.*'], 'deployment.failed'],
    ['capawesome', ['*'], 'job.finished'],
    ['capawesome', ['build.*'], 'build.created'],
  ] as const)('of the dialect %s that wants %s is %s', (dialect, patterns, type) => {
    expect(exampleTypeFor(patterns, dialect)).toBe(type);
  });
});
