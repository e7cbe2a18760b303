import { describe, expect, it } from 'vitest';
import { faultsOf } from '../http/validate.js';
import { buildStates, operationalEventTypes, producedEventTypes, statesOf, subjectKindOf } from './event-types.js';
import type { ProducedEventType } from './event-types.js';
import { eventInput } from './event.js';

const types = Object.keys(producedEventTypes) as ProducedEventType[];
const minimal = { type: 'build.finished', app: { id: 'app_1' }, build: { id: 'bld_1' } };

describe('an event as a producer sends it', () => {
  it('needs a type, an app and its subject, and nothing else', () => {
    expect(eventInput.parse(minimal)).toEqual(minimal);
    expect(faults({})).toEqual(['/type']);
    expect(faults({ type: 'build.finished' })).toEqual(['/app', '/build']);
    expect(faults({ ...minimal, type: 'job.finished' })).toEqual(['/job']);
  });

  it.each(types)('%s takes the states that go with it, and no other', (type) => {
    const kind = subjectKindOf(type);
    const withState = (state: string) => ({ type, app: { id: 'app_1' }, [kind]: { id: 'x', state } });
    const accepted = buildStates.filter((state) => eventInput.safeParse(withState(state)).success);
    expect(accepted).toEqual(buildStates.filter((state) => statesOf(type).includes(state)));
  });

  it.each(Object.keys(operationalEventTypes))('is refused if it is %s: nobody but Buildwire says that', (type) => {
    const result = eventInput.safeParse({ type, app: { id: 'app_1' }, webhook: { id: 'whk_1' }, build: { id: 'bld_1' } });
    expect(result.success ? [] : faultsOf(result.error)).toEqual([{ pointer: '/type', detail: `${type} is told by Buildwire itself; nobody else may publish it` }]);
  });

  it('keeps what it does not know, at every depth', () => {
    const event = { ...minimal, flavour: 'vanilla', build: { id: 'bld_1', shader: { model: 6 }, source: { sha: 'abc', tag: 'v1' }, artifacts: [{ url: 'https://a.example/x', signedBy: 'ada' }] } };
    expect(eventInput.parse(event)).toEqual(event);
  });

  it('writes every instant in one notation', () => {
    const parsed = eventInput.parse({ ...minimal, occurredAt: '2026-05-10T16:23:45.1234567+02:00', build: { id: 'bld_1', timing: { startedAt: '2026-05-10T14:11:02Z' } } });
    expect(parsed.occurredAt).toBe('2026-05-10T14:23:45.123456Z');
    expect(parsed.build?.timing?.startedAt).toBe('2026-05-10T14:11:02.000000Z');
  });

  it.each([
    ['a subject of another kind', { ...minimal, subject: { kind: 'job', id: 'bld_1' } }, ['/subject/kind']],
    ['a subject that is another build', { ...minimal, subject: { kind: 'build', id: 'bld_2' } }, ['/subject/id']],
    ['another version of the format', { ...minimal, specVersion: '2' }, ['/specVersion']],
    ['an empty id', { ...minimal, build: { id: '' } }, ['/build/id']],
    ['an id with a blank', { ...minimal, id: 'evt 1' }, ['/id']],
    ['an artifact without a usable URL', { ...minimal, build: { id: 'b', artifacts: [{ url: 'https://a.example' }, { url: 'x.zip' }] } }, ['/build/artifacts/1/url']],
    ['a rollout of 25', { type: 'deployment.finished', app: { id: 'app_1' }, deployment: { id: 'd', rollout: 25 } }, ['/deployment/rollout']],
    ['a negative duration', { ...minimal, build: { id: 'b', timing: { durationMs: -1 } } }, ['/build/timing/durationMs']],
    ['an organization that would change a subject', { ...minimal, organization: { id: 'org_a.b' } }, ['/organization/id']],
    ['a vendor part that is no object', { ...minimal, ext: { expo: 1 } }, ['/ext/expo']],
  ])('is refused with %s', (_, event, expected) => {
    expect(faults(event)).toEqual(expected);
  });
});

function faults(event: unknown): string[] {
  const result = eventInput.safeParse(event);
  return result.success ? [] : faultsOf(result.error).map(({ pointer }) => pointer);
}
