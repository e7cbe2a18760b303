import { exampleEvent } from '@buildwire/contracts';
import type { Event, Job } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOf, completed, payloadOf, seedsOf } from '../spec-support/events.js';
import { capawesome } from './capawesome.js';

const created = completed(exampleEvent('job.created'));
const finished = completed(exampleEvent('job.finished'));
const bare: Job = { id: 'job_1' };

describe('the capawesome dialect', () => {
  it.each(seedsOf('capawesome').map(({ name, ...seed }) => [name, seed] as const))('says %s as Capawesome does, byte for byte', (_, { vendor, event }) => {
    expect(bodyOf(capawesome, completed(event))).toBe(JSON.stringify(vendor));
  });

  it('has every documented key in every body of a job, null when unknown', () => {
    const [seed] = seedsOf('capawesome');
    const keys = Object.keys(seed?.vendor['data'] as object);
    expect(keys).toHaveLength(19);
    for (const event of [created, finished, { ...finished, build: undefined, job: bare }]) expect(Object.keys(dataOf(event))).toEqual(keys);
    const unknown = { ...created, actor: undefined, job: bare };
    const known = { id: 'job_1', appId: 'app_trailmate', organizationId: created.organization.id, status: 'queued', createdAt: Date.UTC(2026, 4, 11, 7, 14, 16, 161) };
    expect(dataOf(unknown)).toEqual({ ...Object.fromEntries(keys.map((key) => [key, null])), ...known });
  });

  it.each([
    ['queued', 'queued'],
    ['pending', 'pending'],
    ['running', 'in_progress'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['timed_out', 'timed_out'],
    ['rejected', 'rejected'],
    ['canceled', 'canceled'],
  ] as const)('says of a job that is %s that it is %s', (state, status) => {
    expect(dataOf({ ...finished, job: { ...bare, state } })).toMatchObject({ status });
  });

  it('says of a new job that it is queued, or pending when it went past the queue', () => {
    const at = '2026-05-11T07:14:16.381000Z';
    expect(dataOf(created)).toMatchObject({ status: 'queued' });
    expect(dataOf({ ...created, job: { ...bare, state: 'created', timing: { queuedAt: at, pendingAt: at } } })).toMatchObject({ status: 'queued' });
    expect(dataOf({ ...created, job: { ...bare, state: 'created', timing: { pendingAt: at } } })).toMatchObject({ status: 'pending' });
  });

  it('floors each duration on its own, so that the parts need not add up to the total', () => {
    const timing = { createdAt: at('10.000000'), queuedAt: at('10.001999'), pendingAt: at('11.000000'), startedAt: at('12.999999'), finishedAt: at('14.998000') };
    expect(dataOf({ ...finished, job: { ...bare, timing } })).toMatchObject({ queueTimeInSeconds: 0, pendingTimeInSeconds: 1, inProgressTimeInSeconds: 1, totalTimeInSeconds: 4 });
  });

  it('measures the queue up to the start when there was no pending, and never below zero when clocks disagree', () => {
    const timing = { createdAt: at('20.000000'), queuedAt: at('10.000000'), startedAt: at('13.500000'), finishedAt: at('13.400000') };
    const seconds = { queueTimeInSeconds: 3, pendingTimeInSeconds: null, inProgressTimeInSeconds: 0, totalTimeInSeconds: 0 };
    expect(dataOf({ ...finished, job: { ...bare, timing } })).toMatchObject(seconds);
  });

  it('cuts instants to whole milliseconds', () => {
    expect(dataOf({ ...finished, job: { ...bare, timing: { finishedAt: at('59.999999') } } })).toMatchObject({ finishedAt: Date.UTC(2026, 4, 10, 14, 23, 59, 999) });
  });

  it('says when and by whom a job was canceled, though the producer told only once', () => {
    const canceled = { ...finished, actor: { id: 'usr_ben' }, job: { ...bare, state: 'canceled' as const } };
    const timeOf = ({ occurredAt }: Event) => Date.parse(occurredAt);
    expect(dataOf(canceled)).toMatchObject({ canceledAt: timeOf(finished), finishedAt: timeOf(finished), canceledBy: 'usr_ben' });
    expect(dataOf({ ...canceled, job: { ...canceled.job, timing: { canceledAt: at('01.000000') } } })).toMatchObject({ canceledAt: Date.parse(at('01.000')), finishedAt: Date.parse(at('01.000')) });
    expect(dataOf({ ...finished, actor: { id: 'usr_ben' } })).toMatchObject({ canceledAt: null, canceledBy: null, createdBy: 'usr_ada' });
  });

  it('says that who caused a new job created it, though the producer named no initiator', () => {
    expect(dataOf({ ...created, actor: { id: 'usr_ben' }, job: bare })).toMatchObject({ createdBy: 'usr_ben', canceledBy: null });
  });

  it('tells of a new build with the fields of the build in the SDK', () => {
    const event = { ...completed(exampleEvent('build.created')), ext: { capawesome: { packageName: 'io.trailmate', appCertificateId: 'crt_1' } } };
    const createdAt = Date.UTC(2026, 4, 10, 14, 10, 55, 4);
    const known = { id: 'bld_1842', appId: 'app_mygame', platform: 'windows', type: 'Development', jobId: 'job_9f3c', appBuildArtifactId: null };
    const named = { packageName: 'io.trailmate', packageVersion: null, numberAsString: '1842', createdAt, updatedAt: createdAt };
    const optional = { gitRef: 'main', appCertificateId: 'crt_1', appEnvironmentId: 'env_ci' };
    expect(bodyOf(capawesome, event)).toBe(JSON.stringify({ event: 'app_build_created', data: { ...known, ...named, ...optional } }));
  });

  it('tells of a new deployment with the fields of the deployment in the SDK', () => {
    const createdAt = Date.UTC(2026, 4, 11, 8, 0, 0, 500);
    const ids = { id: 'dep_77', appId: 'app_trailmate', appBuildId: '0a6c8d8e-3c0f-4c8d-9a52-2f5b0f6f7f10', appChannelId: '24464de6-6684-46f4-831b-f66c379db096' };
    const data = { ...ids, appDestinationId: null, jobId: 'job_live_77', rolloutPercentage: 0.25, createdAt, updatedAt: createdAt };
    expect(bodyOf(capawesome, completed(exampleEvent('deployment.created')))).toBe(JSON.stringify({ event: 'app_deployment_created', data }));
  });

  it('tells of a new deployment that reaches everybody, and of a rollout to nobody yet', () => {
    const event = completed(exampleEvent('deployment.created'));
    expect(dataOf({ ...event, deployment: { id: 'dep_1' } })).toMatchObject({ rolloutPercentage: 1 });
    expect(dataOf({ ...event, deployment: { id: 'dep_1', rollout: 0 } })).toMatchObject({ rolloutPercentage: 0 });
  });
});

function at(seconds: string): string {
  return `2026-05-10T14:23:${seconds}Z`;
}

function dataOf(event: Event): Record<string, unknown> {
  return payloadOf(capawesome, event)['data'] as Record<string, unknown>;
}
