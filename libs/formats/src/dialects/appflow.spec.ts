import { eventTypes, exampleEvent } from '@buildwire/contracts';
import type { Event, EventType } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context, payloadOf, seedsOf } from '../spec-support/events.js';
import { appflow } from './appflow.js';

const finished = completed(exampleEvent('build.finished'));
const [packageSeed, webSeed] = seedsOf('appflow');

describe('the appflow dialect', () => {
  it.each(seedsOf('appflow'))('says $name as Appflow documents it, in the same order of keys at every level', ({ vendor, event }) => {
    const rendering = appflow(completed(event), { options: {}, downloadUrl: ({ url }) => url });
    expect(rendering).toEqual({ kind: 'rendered', contentType: 'application/json', headers: [], body: JSON.stringify(vendor) });
  });

  it.each(Object.keys(eventTypes) as EventType[])('says %s only if it is the end of a build', (type) => {
    const rendering = appflow(completed(exampleEvent(type)), context);
    const isEnd = ['build.finished', 'build.failed', 'build.canceled', 'build.superseded'].includes(type);
    expect(rendering.kind).toBe(isEnd ? 'rendered' : 'skipped');
  });

  it.each([
    ['build.finished', 'success'],
    ['build.failed', 'failed'],
    ['build.canceled', 'canceled'],
    ['build.superseded', 'canceled'],
  ] as const)('calls the state after %s %s, twice', (type, state) => {
    const payload = payloadOf(appflow, completed(exampleEvent(type)));
    expect(payload).toMatchObject({ state, buildInfo: { state } });
  });

  it('tells the owner of a webhook what to do about an event it has no words for', () => {
    expect(appflow(completed(exampleEvent('job.finished')), context)).toEqual({
      kind: 'skipped',
      reason:
        "The appflow dialect has no words for job.finished, only for build.finished, build.failed, build.canceled, build.superseded. Leave job.finished out of the webhook's events, or choose another dialect for it.",
    });
    expect(appflow(withBuild({ platform: undefined }), context)).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('Send build.platform') as string });
  });

  it('has the documented keys of its kind whatever the event leaves out, null for what is unknown', () => {
    expect(payloadOf(appflow, bare('ios'))).toEqual({
      ...Object.fromEntries(Object.keys(packageSeed?.vendor ?? {}).map((key) => [key, null])),
      state: 'success',
      id: 'b-1',
      finished: '2026-05-10T14:23:45.123456+00:00',
      buildInfo: { id: null, state: 'success', job_type: 'package-ios' },
      appId: 'a-1',
      platform: 'ios',
      app: { slug: null, org: null, name: null, owner: null, id: 'a-1', updated: null, created: null, icon: null },
    });
    expect(Object.keys(payloadOf(appflow, bare('ios')))).toEqual(Object.keys(packageSeed?.vendor ?? {}));
    expect(Object.keys(payloadOf(appflow, bare('web')))).toEqual(Object.keys(webSeed?.vendor ?? {}));
  });

  it('has the documented keys of an automation, a commit and their people even if all of them are unknown', () => {
    const sparse = { automation: { id: '1', creator: {} } };
    const ofPackage = payloadOf(appflow, { ...withBuild({ source: { author: {} } }), ...sparse });
    const ofWeb = payloadOf(appflow, { ...withBuild({ platform: 'web' }), ...sparse });
    expect(keysOf(ofPackage['automation'])).toEqual(keysOf(packageSeed?.vendor['automation']));
    expect(keysOf(ofPackage['commit'])).toEqual(keysOf(packageSeed?.vendor['commit']));
    expect(keysOf(ofWeb['automation'])).toEqual(keysOf(webSeed?.vendor['automation']));
  });

  it('writes an integer id as a number, and any other as it is', () => {
    const idOf = (id: string) => payloadOf(appflow, { ...finished, automation: { id } })['automationId'];
    expect(['777', '0', '9007199254740991'].map(idOf)).toEqual([777, 0, 9007199254740991]);
    const texts = ['007', '-1', '1e3', '9007199254740992', '9007199254740993', '99999999999999999999', 'aut_1', '1.0', ' 1', '٣'];
    expect(texts.map(idOf)).toEqual(texts);
  });

  it('links the main artifact through our signed address, and nothing when there is none or the build is for the web', () => {
    expect(payloadOf(appflow, finished)['downloadUrl']).toBe(context.downloadUrl(finished.build?.artifacts?.[0] ?? { url: '' }));
    expect(payloadOf(appflow, completed(exampleEvent('build.failed')))['downloadUrl']).toBeNull();
    expect(payloadOf(appflow, withBuild({ platform: 'web' }))).not.toHaveProperty('downloadUrl');
  });

  it('says what the build knows where its automation is silent', () => {
    const automation = { id: '7' };
    const payload = payloadOf(appflow, { ...withBuild({ nativeConfig: 'nightly-keys' }), automation });
    expect(payload['automation']).toMatchObject({ buidType: 'Development', environmentName: 'ci', nativeConfigName: 'nightly-keys', platform: 'windows', profile: 'nightly' });
    expect(payloadOf(appflow, { ...withBuild({ platform: 'web' }), automation })['automation']).toMatchObject({ environmentName: 'ci' });
  });

  it('knows a web build however its platform is written, and takes the channel from the deployment that came along', () => {
    const channel = { id: 'ch-1', name: 'production', createdAt: '2026-02-09T21:38:19.086808Z', updatedAt: '2026-05-04T20:35:46.486541Z' };
    const payload = payloadOf(appflow, { ...withBuild({ platform: 'Web' }), deployment: { id: 'dep-1', channel } });
    expect(payload['buildInfo']).toMatchObject({ job_type: 'snapshot' });
    expect(JSON.stringify((payload['automation'] as Record<string, unknown>)['channel'])).toBe(
      '{"name":"production","updated":"2026-05-04T20:35:46.486541+00:00","id":"ch-1","created":"2026-02-09T21:38:19.086808+00:00"}',
    );
  });

  it('ends a build that was only canceled when it was canceled', () => {
    const canceled = completed(exampleEvent('build.canceled'));
    const timing = { canceledAt: '2026-05-10T15:22:46.900001Z' };
    expect(payloadOf(appflow, { ...canceled, build: { ...canceled.build, id: 'b-1', timing } })['finished']).toBe('2026-05-10T15:22:46.900001+00:00');
  });
});

function withBuild(build: Partial<Event['build']>): Event {
  return { ...finished, build: { id: 'b-1', ...finished.build, ...build } };
}

/** No more than ingestion demands, and a platform. */
function bare(platform: string): Event {
  return completed({ type: 'build.finished', occurredAt: '2026-05-10T14:23:45.123456Z', app: { id: 'a-1' }, build: { id: 'b-1', platform } });
}

/** The names of all keys, level by level. */
function keysOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).map(([key, inner]) => [key, key === 'avatars' || key === 'channel' ? undefined : keysOf(inner)]);
}
