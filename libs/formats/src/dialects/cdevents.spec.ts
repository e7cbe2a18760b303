import { eventType, exampleEvent, isOperational, producedEventTypes, seedExamples } from '@buildwire/contracts';
import type { Event, EventInput, ProducedEvent, ProducedEventType } from '@buildwire/contracts';
import { HTTP } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cdeventFaults, haveCdeventSchemas } from '../spec-support/cdevent-faults.js';
import { completed, context, payloadOf } from '../spec-support/events.js';
import { buildwire } from './buildwire.js';
import { cdevents } from './cdevents.js';

interface Cdevent {
  context: { specversion: string; id: string; source: string; type: string; timestamp: string; schemaUri: string };
  subject: { id: string; content: Record<string, unknown> };
  customData: Record<string, unknown>;
  customDataContentType: string;
}

const types = Object.keys(producedEventTypes) as ProducedEventType[];
const events: [string, EventInput][] = [
  ...types.map((type): [string, EventInput] => [type, exampleEvent(type)]),
  ...seedExamples().map(({ name, event }): [string, EventInput] => [name, event]),
];

const words: [ProducedEventType, string, string][] = [
  ['build.created', 'dev.cdevents.pipelinerun.queued.0.3.0', 'pipelinerun-queued-event'],
  ['build.queued', 'dev.cdevents.pipelinerun.queued.0.3.0', 'pipelinerun-queued-event'],
  ['build.started', 'dev.cdevents.pipelinerun.started.0.3.0', 'pipelinerun-started-event'],
  ['build.finished', 'dev.cdevents.pipelinerun.finished.0.3.0', 'pipelinerun-finished-event'],
  ['build.failed', 'dev.cdevents.pipelinerun.finished.0.3.0', 'pipelinerun-finished-event'],
  ['build.canceled', 'dev.cdevents.pipelinerun.finished.0.3.0', 'pipelinerun-finished-event'],
  ['build.superseded', 'dev.cdevents.pipelinerun.finished.0.3.0', 'pipelinerun-finished-event'],
  ['job.created', 'dev.cdeventsx.buildwire-job.created.0.1.0', 'custom'],
  ['job.queued', 'dev.cdeventsx.buildwire-job.queued.0.1.0', 'custom'],
  ['job.started', 'dev.cdevents.taskrun.started.0.3.0', 'taskrun-started-event'],
  ['job.finished', 'dev.cdevents.taskrun.finished.0.3.0', 'taskrun-finished-event'],
  ['deployment.created', 'dev.cdeventsx.buildwire-deployment.created.0.1.0', 'custom'],
  ['deployment.started', 'dev.cdeventsx.buildwire-deployment.started.0.1.0', 'custom'],
  ['deployment.finished', 'dev.cdevents.service.deployed.0.3.0', 'service-deployed-event'],
  ['deployment.failed', 'dev.cdeventsx.buildwire-deployment.failed.0.1.0', 'custom'],
  ['deployment.canceled', 'dev.cdeventsx.buildwire-deployment.canceled.0.1.0', 'custom'],
];

describe('the cdevents dialect', () => {
  it.each(words)('says %s as %s', (type, cdevent, schema) => {
    const said = cdeventFor(completed(exampleEvent(type)));
    expect(said.context).toMatchObject({ type: cdevent, schemaUri: `https://cdevents.dev/0.5.1/schema/${schema}` });
  });

  it.each(eventType.options.filter(isOperational))('has no words for %s, and says so', (type) => {
    expect(cdevents(exampleEvent(type), context)).toMatchObject({ kind: 'skipped', reason: `The cdevents dialect has no words for ${type}, only for builds, jobs and deployments. Leave ${type} out of the webhook's events, or choose another dialect for it.` });
  });

  it('has a word for every other event type', () => {
    expect(words.map(([type]) => type).sort()).toEqual([...types].sort());
  });

  it.runIf(haveCdeventSchemas).each(events)("says %s as the specification's own schema has it", (_, input) => {
    expect(cdeventFaults(cdeventFor(completed(input)))).toEqual([]);
  });

  it.runIf(haveCdeventSchemas)("obeys the specification's schemas whatever a producer writes", () => {
    const text = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('\ud83e', '\0', '\u202e', '"}', '@everyone', ' ', '%', '//', ':', '[::]'));
    fc.assert(
      fc.property(fc.constantFrom(...events), text, ([, input], hostile) => {
        expect(cdeventFaults(cdeventFor(withText(completed(input), hostile)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.runIf(haveCdeventSchemas)('is judged by schemas that refuse what is wrong', () => {
    const good = cdeventFor(completed(exampleEvent('build.started')));
    expect(cdeventFaults({ ...good, subject: { ...good.subject, content: {} } })).not.toEqual([]);
    expect(cdeventFaults({ ...good, context: { ...good.context, source: 'a b' } })).not.toEqual([]);
    const ours = cdeventFor(completed(exampleEvent('job.created')));
    expect(cdeventFaults({ ...ours, context: { ...ours.context, type: 'dev.cdeventsx.buildwire.created.0.1.0' } })).not.toEqual([]);
  });

  it('is a CloudEvent whose headers repeat what a router needs to know', () => {
    const event = completed(exampleEvent('build.failed'));
    const rendering = cdevents(event, context);
    if (rendering.kind === 'skipped') throw new Error(rendering.reason);
    expect(rendering.contentType).toBe('application/json');
    expect(rendering.headers).toEqual([
      ['ce-specversion', '1.0'],
      ['ce-id', event.id],
      ['ce-source', 'https://ci.pixelforge.example/my-game'],
      ['ce-type', 'dev.cdevents.pipelinerun.finished.0.3.0'],
      ['ce-subject', 'bld_1843'],
      ['ce-time', '2026-05-10T15:08:51.250000Z'],
    ]);
    const read = HTTP.toEvent({ headers: { ...Object.fromEntries(rendering.headers), 'content-type': rendering.contentType }, body: rendering.body });
    expect(read).toMatchObject({ id: event.id, subject: 'bld_1843', data: { context: { id: event.id, type: 'dev.cdevents.pipelinerun.finished.0.3.0' } } });
  });

  it.each(events)('has the same id, source, type, subject and time in the headers as in the body of %s', (_, input) => {
    const event = completed(input);
    const rendering = cdevents(event, context);
    const headers = new Map(rendering.kind === 'rendered' ? rendering.headers : []);
    const { context: said, subject } = cdeventFor(event);
    expect(headers).toEqual(new Map(Object.entries({ 'ce-specversion': '1.0', 'ce-id': said.id, 'ce-source': said.source, 'ce-type': said.type, 'ce-subject': subject.id, 'ce-time': said.timestamp })));
  });

  it('has one subject in header and body even if its id is no text that a CloudEvent may hold', () => {
    const event = { ...completed(exampleEvent('build.started')), subject: { kind: 'build' as const, id: 'b\u0000 1' } };
    const rendering = cdevents(event, context);
    expect(cdeventFor(event).subject.id).toBe('b\ufffd 1');
    expect(rendering.kind === 'rendered' && new Map(rendering.headers).get('ce-subject')).toBe('b%EF%BF%BD%201');
  });

  it('carries the whole event as the buildwire dialect says it', () => {
    const event = completed(exampleEvent('build.finished'));
    const { customData, customDataContentType } = cdeventFor(event);
    expect(JSON.stringify(customData)).toBe(JSON.stringify(payloadOf(buildwire, event)));
    expect(customDataContentType).toBe('application/json');
  });
});

describe('a build in CDEvents', () => {
  it.each([
    ['build.finished', 'succeeded', 'success'],
    ['build.failed', 'failed', 'failure'],
    ['build.failed', 'timed_out', 'error'],
    ['build.failed', 'rejected', 'error'],
    ['build.canceled', 'canceled', 'cancel'],
    ['build.superseded', 'superseded', 'cancel'],
  ] as const)('with %s and the state %s has the outcome %s', (type, state, outcome) => {
    const event = completed(exampleEvent(type));
    expect(contentOf({ ...event, build: { id: 'b-1', ...event.build, state } })).toMatchObject({ outcome });
  });

  it('tells what went wrong, and what took its place', () => {
    const failed = completed(exampleEvent('build.failed'));
    expect(contentOf(failed)['errors']).toBe(failed.build?.error?.message);
    const superseded = completed(exampleEvent('build.superseded'));
    const by = (supersededBy: NonNullable<Event['build']>['supersededBy']) => contentOf({ ...superseded, build: { id: 'b-1', supersededBy } })['errors'];
    expect([by({ id: 'bld_1846', number: 1846 }), by({ id: 'bld_1846' }), by('bld_1846'), by(undefined)]).toEqual([
      'Superseded by build #1846',
      'Superseded by build bld_1846',
      'Superseded by build bld_1846',
      'Superseded by a newer build',
    ]);
  });

  it('has no outcome while it runs', () => {
    expect(contentOf(completed(exampleEvent('build.started')))).toEqual({ pipelineName: 'MyGame', uri: 'https://ci.pixelforge.example/my-game/builds/1842' });
  });

  it('is named after its automation, else after its app', () => {
    const event = completed(exampleEvent('build.started'));
    expect(contentOf({ ...event, automation: { id: 'aut_1', name: 'Nightly' } })['pipelineName']).toBe('Nightly');
    expect(contentOf({ ...event, app: { id: 'app_1' } })['pipelineName']).toBe('app_1');
  });

  it('has an address even if it has no page: CDEvents demands one when it starts', () => {
    const event = completed(exampleEvent('build.started'));
    expect(contentOf({ ...event, build: { id: 'b 1' }, subject: { kind: 'build', id: 'b 1' } })['uri']).toBe('urn:buildwire:build:b%201');
  });
});

describe('a job in CDEvents', () => {
  it('is a task run of the pipeline run that its build is', () => {
    const event = completed(exampleEvent('job.finished'));
    expect(cdeventFor(event).subject).toEqual({
      id: '16555c02-a320-4bec-a14a-52754d783970',
      content: { taskName: 'build-ios', pipelineRun: { id: '647d1fe4-9cb7-4f25-afaf-7a0c13a1bb8c' }, outcome: 'success' },
    });
    expect(contentOf({ ...event, job: { id: 'j-1', kind: 'build' } })).toEqual({ taskName: 'build', outcome: 'success' });
  });

  it('tells what went wrong in its build or deployment only if it did not succeed', () => {
    const event = completed(exampleEvent('job.finished'));
    const build = { id: 'b-1', error: { message: 'No space left on device' } };
    const deployment = { id: 'd-1', error: { message: 'The profile expired' } };
    const ended = (state: 'failed' | 'canceled' | 'succeeded') => ({ ...event, job: { id: 'j-1', state } });
    expect(contentOf({ ...ended('failed'), build })).toEqual({ outcome: 'failure', errors: 'No space left on device' });
    expect(contentOf({ ...ended('canceled'), build: undefined, deployment })).toEqual({ outcome: 'cancel', errors: 'The profile expired' });
    expect(contentOf({ ...ended('succeeded'), build })).toEqual({ outcome: 'success' });
  });
});

describe('a deployment in CDEvents', () => {
  const finished = completed(exampleEvent('deployment.finished'));

  it('that finished is its app, deployed to the channel in the version of its build', () => {
    expect(cdeventFor(finished).subject).toEqual({
      id: 'app_trailmate',
      content: { environment: { id: '24464de6-6684-46f4-831b-f66c379db096' }, artifactId: 'pkg:generic/trailmate@0a6c8d8e-3c0f-4c8d-9a52-2f5b0f6f7f10' },
    });
  });

  it('has the checksum of the artifact if the build came along', () => {
    const sha256 = '3A7BD3E2360A3D29EEA436FCFB7E44C735D117C42D1C1835420B6B9942DD4F1B';
    const artifactId = (id: string, hash: string) => contentOf({ ...finished, build: { id, state: 'succeeded', artifacts: [{ url: 'https://a.example/x', sha256: hash }] } })['artifactId'];
    const plain = 'pkg:generic/trailmate@0a6c8d8e-3c0f-4c8d-9a52-2f5b0f6f7f10';
    expect(artifactId('0a6c8d8e-3c0f-4c8d-9a52-2f5b0f6f7f10', sha256)).toBe(`${plain}?checksum=sha256:${sha256.toLowerCase()}`);
    expect(artifactId('another build', sha256)).toBe(plain);
    expect(artifactId('0a6c8d8e-3c0f-4c8d-9a52-2f5b0f6f7f10', 'no&hash')).toBe(plain);
  });

  it('is named by a package URL that no id can break', () => {
    const deployment = { ...finished.deployment, id: 'd-1', buildId: '1.0/@b?c#d' };
    expect(contentOf({ ...finished, app: { id: 'app 1', slug: '' }, deployment })['artifactId']).toBe('pkg:generic/app%201@1.0%2F%40b%3Fc%23d');
  });

  it.each([
    ['no channel and no store', { channel: undefined }],
    ['a channel without id and name', { channel: {} }],
    ['no build', { buildId: undefined }],
  ])('that finished with %s is an event of our own', (_, unknown) => {
    const said = cdeventFor({ ...finished, deployment: { id: 'd-1', ...finished.deployment, ...unknown } });
    expect(said).toMatchObject({ context: { type: 'dev.cdeventsx.buildwire-deployment.finished.0.1.0' }, subject: { id: 'dep_77' } });
    expect(haveCdeventSchemas ? cdeventFaults(said) : []).toEqual([]);
  });

  it('that failed tells where it should have gone, how it ended and why', () => {
    expect(cdeventFor(completed(exampleEvent('deployment.failed'))).subject).toEqual({
      id: 'dep_78',
      content: {
        environment: { id: 'dst_testflight' },
        artifactId: 'pkg:generic/trailmate@647d1fe4-9cb7-4f25-afaf-7a0c13a1bb8c',
        uri: 'https://ci.pixelforge.example/trailmate/deployments/78',
        outcome: 'failure',
        errors: 'The provisioning profile expired on 2026-05-09.',
      },
    });
  });
});

function cdeventFor(event: Event): Cdevent {
  return payloadOf(cdevents, event) as unknown as Cdevent;
}

function contentOf(event: Event): Record<string, unknown> {
  return cdeventFor(event).subject.content;
}

/** The event with a text in the places where people write. */
function withText(event: ProducedEvent, text: string): ProducedEvent {
  const { kind } = event.subject;
  const spread = { id: text, detailsUrl: `https://ci.example/${text}`, buildId: text, type: text, kind: text, error: { message: text }, channel: { id: text }, supersededBy: text };
  return { ...event, source: text, subject: { kind, id: text }, app: { id: text, slug: text }, automation: { id: text, name: text }, [kind]: { ...event[kind], ...spread } };
}
