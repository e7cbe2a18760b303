import { event, eventInput, exampleEvent, producedEventTypes, seedExamples, statesOf, timeOfId, validate } from '@buildwire/contracts';
import type { Event, EventInput, ProducedEventType } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completeEvent } from './complete-event.js';

const RECEIVED_AT_MS = Date.parse('2026-05-10T14:30:00.500Z');
const types = Object.keys(producedEventTypes) as ProducedEventType[];

describe('an event on its acceptance', () => {
  it('is given what its producer left out', () => {
    const completed = complete({ type: 'build.failed', app: { id: 'my app' }, build: { id: 'b1' } });
    expect(completed).toEqual({
      id: expect.stringMatching(/^evt_[0-9A-Z]{26}$/),
      type: 'build.failed',
      specVersion: '1',
      occurredAt: '2026-05-10T14:30:00.500000Z',
      receivedAt: '2026-05-10T14:30:00.500000Z',
      source: '/org/org_a/app/my%20app',
      subject: { kind: 'build', id: 'b1' },
      organization: { id: 'org_a' },
      app: { id: 'my app' },
      build: { id: 'b1', state: 'failed' },
    });
    expect(timeOfId(completed.id)).toBe(RECEIVED_AT_MS);
  });

  it.each(types)('of type %s is complete from the least that is valid', (type) => {
    const [kind = ''] = type.split('.');
    const completed = complete({ type, app: { id: 'a' }, [kind]: { id: 's1' } });
    expect(validate(event, completed)).toEqual(completed);
    expect(completed[kind]).toEqual({ id: 's1', state: statesOf(type)[0] });
    expect(completed.subject).toEqual({ kind, id: 's1' });
  });

  it.each(types)('keeps everything that the example of %s says', (type) => {
    const { organization, ...said } = validate(eventInput, exampleEvent(type));
    expect(complete(exampleEvent(type))).toMatchObject({ ...said, organization: { ...organization, id: 'org_a' } });
  });

  it.each(seedExamples().map(({ name, event: said }) => [name, said] as const))('keeps everything that the seed example %s says', (_name, said) => {
    const { organization, ...rest } = validate(eventInput, said);
    expect(complete(said)).toMatchObject({ ...rest, organization: { ...organization, id: 'org_a' } });
  });

  it('keeps what its producer said of id, time and source', () => {
    const said = { id: 'ci-1842', occurredAt: '2026-05-10T16:00:00+02:00', source: 'https://ci.example' };
    expect(complete({ ...least, ...said })).toMatchObject({ id: 'ci-1842', occurredAt: '2026-05-10T14:00:00.000000Z', source: 'https://ci.example' });
  });

  it('has its keys in one order, whatever the order they came in, and unknown ones last', () => {
    const said = { zeta: 1, ext: { v: {} }, automation: { id: 'au' }, build: { id: 'b1' }, actor: { name: 'Ada' }, app: { id: 'a' }, alpha: 2, type: 'build.finished', id: 'e' };
    expect(Object.keys(complete(said))).toEqual([
      ...['id', 'type', 'specVersion', 'occurredAt', 'receivedAt', 'source', 'subject', 'organization', 'app', 'actor', 'build', 'automation', 'ext'],
      ...['zeta', 'alpha'],
    ]);
  });

  it('keeps unknown keys at every depth', () => {
    const said = { ...least, novel: { deep: [1, null] }, app: { id: 'a', tier: 'gold' }, build: { id: 'b1', flavour: 'mild', timing: { warmedUpAt: 'soon' } } };
    expect(complete(said)).toMatchObject({ novel: { deep: [1, null] }, app: { tier: 'gold' }, build: { flavour: 'mild', timing: { warmedUpAt: 'soon' } } });
  });

  it('does not let a key __proto__ reach any prototype', () => {
    const said: unknown = JSON.parse('{"type":"build.finished","app":{"id":"a","__proto__":{"polluted":1}},"build":{"id":"b"},"__proto__":{"polluted":1},"ext":{"__proto__":{"polluted":1}}}');
    const completed = complete(said);
    expect(completed['polluted']).toBeUndefined();
    expect(completed.app['polluted']).toBeUndefined();
    expect({}).not.toHaveProperty('polluted');
  });

  it('says itself when it was received and what it is about', () => {
    const completed = complete({ ...least, receivedAt: '1999-01-01T00:00:00Z', subject: { kind: 'build', id: 'b1', extra: true } });
    expect(completed.receivedAt).toBe('2026-05-10T14:30:00.500000Z');
    expect(completed.subject).toEqual({ kind: 'build', id: 'b1' });
  });

  it('belongs to the organization whose key published it, with the name it gave', () => {
    expect(complete({ ...least, organization: { slug: 'pf', name: 'PixelForge' } }).organization).toEqual({ slug: 'pf', name: 'PixelForge', id: 'org_a' });
  });

  it.each([
    ['from start to end', { createdAt: at(0), startedAt: at(10), finishedAt: at(70) }, 60_000],
    ['from creation to end, without a start', { createdAt: at(0), finishedAt: at(70) }, 70_000],
    ['as said, if it was said', { startedAt: at(10), finishedAt: at(70), durationMs: 7 }, 7],
    ['never less than nothing', { startedAt: at(70), finishedAt: at(10) }, 0],
    ['unknown while it runs', { startedAt: at(10) }, undefined],
    ['unknown without a beginning', { finishedAt: at(10) }, undefined],
  ])('lasted %s', (_how, timing, durationMs) => {
    expect(complete({ ...least, build: { id: 'b1', timing } }).build?.['timing']).toEqual({
      ...Object.fromEntries(Object.entries(timing).map(([key, value]) => [key, typeof value === 'string' ? value.replace('Z', '.000000Z') : value])),
      ...(durationMs === undefined ? {} : { durationMs }),
    });
  });

  it('holds no undefined, which JSON would lose', () => {
    const completed = complete({ ...least, build: { id: 'b1', timing: { createdAt: at(0) } } });
    expect(completed).toStrictEqual(JSON.parse(JSON.stringify(completed)));
  });
});

const least = { type: 'build.finished', app: { id: 'a' }, build: { id: 'b1' } };

function complete(said: unknown): Event {
  const input: EventInput = validate(eventInput, said);
  return completeEvent(input, 'org_a', RECEIVED_AT_MS);
}

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 4, 10, 12, 0, seconds)).toISOString().replace('.000Z', 'Z');
}
