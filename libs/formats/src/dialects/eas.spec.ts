import { exampleEvent } from '@buildwire/contracts';
import type { Build, Deployment, Event, ProducedEvent } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOf, completed, context, payloadOf, seedsOf } from '../spec-support/events.js';
import { eas } from './eas.js';

const seeds = seedsOf('eas').map(({ name, ...seed }) => [name, seed] as const);
const failedBuild = withBuild(completed(exampleEvent('build.failed')), { platform: 'android' });
const canceledBuild = withBuild(completed(exampleEvent('build.canceled')), { platform: 'android' });
const failedDeployment = completed(exampleEvent('deployment.failed'));

describe('the eas dialect', () => {
  it.each(seeds)('says %s as EAS does, byte for byte', (_, { vendor, event }) => {
    expect(bodyOf(eas, completed(event))).toBe(JSON.stringify(vendor));
  });

  it('covers BUILD and SUBMIT, finished and errored', () => {
    expect(seeds.map(([name]) => name)).toEqual(['eas-build-errored', 'eas-build-finished', 'eas-submit-errored', 'eas-submit-finished']);
  });

  it.each(seeds)('says %s in the same order after gRPC has lost the order of its keys', (_, { vendor, event }) => {
    expect(bodyOf(eas, completed(backwards(event)))).toBe(JSON.stringify(vendor));
  });

  it('puts what the event says in the metadata that the build system did not write, and keeps what it wrote', () => {
    const { source, profile } = failedBuild.build ?? {};
    const fromEvent = { appName: 'MyGame', buildProfile: profile, gitCommitHash: source?.sha, gitCommitMessage: source?.message, isGitWorkingTreeDirty: false };
    expect(payloadOf(eas, failedBuild)['metadata']).toEqual(fromEvent);
    const metadata = { own: 1, gitCommitHash: 'abc', appName: null };
    expect(JSON.stringify(payloadOf(eas, withBuild(failedBuild, { metadata, profile: undefined, source: undefined }))['metadata'])).toBe('{"appName":null,"gitCommitHash":"abc","own":1}');
  });

  it('passes on a key of the metadata named __proto__ as a key', () => {
    const metadata = JSON.parse('{"__proto__":{"polluted":true},"appName":"x"}') as Record<string, unknown>;
    const body = bodyOf(eas, withBuild(failedBuild, { metadata, profile: undefined, source: undefined }));
    expect(body).toContain('"metadata":{"appName":"x","__proto__":{"polluted":true}}');
  });

  it('leaves out what is unknown, but for the objects that receivers look into and the one null', () => {
    const bare = { ...failedBuild, organization: { id: 'org_1' }, app: { id: 'app_1' }, build: { id: 'bld_1', platform: 'ios' } };
    const at = '2026-05-10T15:08:51.250Z';
    const names = { id: 'bld_1', accountName: 'org_1', projectName: 'app_1', appId: 'app_1', cancelingUserId: null, platform: 'ios', status: 'errored' };
    const error = { message: 'Unknown error. Please see logs.', errorCode: 'UNKNOWN_ERROR' };
    expect(bodyOf(eas, bare)).toBe(JSON.stringify({ ...names, artifacts: {}, metadata: {}, metrics: {}, error, completedAt: at, updatedAt: at }));
  });

  it('names who canceled, and nobody for a build that was superseded', () => {
    expect(payloadOf(eas, canceledBuild)).toMatchObject({ status: 'canceled', cancelingUserId: 'usr_ben', initiatingUserId: 'usr_ada' });
    expect(payloadOf(eas, withBuild({ ...canceledBuild, actor: { id: 'usr_eve' } }, { canceler: undefined }))).toMatchObject({ cancelingUserId: 'usr_eve' });
    expect(payloadOf(eas, withBuild({ ...canceledBuild, actor: undefined }, { canceler: undefined }))).toMatchObject({ cancelingUserId: null });
    const superseded = withBuild(completed(exampleEvent('build.superseded')), { platform: 'ios', canceler: { id: 'usr_ben' } });
    expect(payloadOf(eas, { ...superseded, actor: { id: 'usr_ben' } })).toMatchObject({ status: 'canceled', cancelingUserId: null });
  });

  it.each([
    ['timed_out', 'TIMED_OUT'],
    ['rejected', 'REJECTED'],
    ['failed', 'UNKNOWN_ERROR'],
  ] as const)('says errored with a code for what %s without one, built or submitted', (state, errorCode) => {
    const error = { message: 'Too slow.' };
    expect(payloadOf(eas, withBuild(failedBuild, { state, error }))).toMatchObject({ status: 'errored', error: { message: 'Too slow.', errorCode } });
    expect(payloadOf(eas, withDeployment({ state, error }))).toMatchObject({ status: 'errored', submissionInfo: { error: { message: 'Too slow.', errorCode } } });
  });

  it('has an error only where something errored', () => {
    expect(payloadOf(eas, withBuild(canceledBuild, { error: { message: 'stopped' } }))).not.toHaveProperty('error');
    expect(payloadOf(eas, { ...withDeployment({}), type: 'deployment.canceled' })['submissionInfo']).toEqual({ logsUrl: failedDeployment.deployment?.logsUrl });
  });

  it('offers no log of a failed build as the build', () => {
    expect(payloadOf(eas, withBuild(failedBuild, { artifacts: [{ url: 'https://a.example/cook.log' }] }))['artifacts']).toEqual({ logsS3KeyPrefix: 'logs/my-game/1843' });
  });

  it("passes on the files that only EAS has, in EAS's order, and no others", () => {
    const artifacts = { xcodeBuildLogsUrl: 'https://a.example/xcode.log', secret: 'x', applicationArchiveUrl: 'https://a.example/app.ipa' };
    const body = payloadOf(eas, { ...failedBuild, ext: { eas: { artifacts } } });
    expect(JSON.stringify(body['artifacts'])).toBe('{"logsS3KeyPrefix":"logs/my-game/1843","applicationArchiveUrl":"https://a.example/app.ipa","xcodeBuildLogsUrl":"https://a.example/xcode.log"}');
  });

  it('cuts times to milliseconds', () => {
    const timing = { createdAt: '2026-05-10T15:02:10.999999Z', finishedAt: '2026-05-10T15:59:59.999999Z' };
    const times = { createdAt: '2026-05-10T15:02:10.999Z', completedAt: '2026-05-10T15:59:59.999Z', updatedAt: '2026-05-10T15:59:59.999Z' };
    expect(payloadOf(eas, withBuild(failedBuild, { timing }))).toMatchObject(times);
    expect(payloadOf(eas, withDeployment({ timing }))).toMatchObject(times);
  });

  it('takes what a submission does not say from its build', () => {
    const build: Build = { id: 'bld_7', platform: 'ios', state: 'succeeded', artifacts: [{ url: 'https://a.example/app.ipa' }] };
    const event = { ...withDeployment({ platform: undefined, archiveUrl: undefined, buildId: undefined }), build };
    expect(payloadOf(eas, event)).toMatchObject({ platform: 'ios', archiveUrl: 'https://a.example/app.ipa', turtleBuildId: 'bld_7' });
  });

  it.each(['channel', undefined] as const)('skips a deployment of kind %s', (kind) => {
    const reason = "The eas dialect tells of deployments only when their kind is store. Leave deployment.failed out of the webhook's events, or choose another dialect for it.";
    expect(eas(withDeployment({ kind }), context)).toEqual({ kind: 'skipped', reason });
  });

  it.each(['windows', 'web', undefined])('skips the platform %s, built or submitted', (platform) => {
    const skipped = { kind: 'skipped', reason: expect.stringContaining('only for ios and android') };
    expect(eas(withBuild(failedBuild, { platform }), context)).toEqual(skipped);
    expect(eas(withDeployment({ platform }), context)).toEqual(skipped);
  });
});

function withBuild(event: Event, build: Partial<Build>): Event {
  return { ...event, build: { id: 'bld_1', ...event.build, ...build } };
}

function withDeployment(deployment: Partial<Deployment>): ProducedEvent {
  return { ...failedDeployment, deployment: { id: 'dep_1', ...failedDeployment.deployment, ...deployment } };
}

/** The same value with the keys of every object reversed. */
function backwards<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(backwards) as Value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, backwards(inner)])) as Value;
}
