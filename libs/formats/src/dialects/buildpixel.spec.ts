import { exampleEvent } from '@buildwire/contracts';
import type { Build, Event } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOf, completed, payloadOf, seedsOf } from '../spec-support/events.js';
import { buildpixel } from './buildpixel.js';

const finished = completed(exampleEvent('build.finished'));

describe('the buildpixel dialect', () => {
  it.each(seedsOf('buildpixel').map(({ name, ...seed }) => [name, seed] as const))('says %s as BuildPixel does, byte for byte', (_, { vendor, event }) => {
    expect(bodyOf(buildpixel, completed(event))).toBe(JSON.stringify(vendor));
  });

  it('covers all five of the documented events', () => {
    expect(seedsOf('buildpixel').map(({ vendor }) => vendor['type'])).toEqual(['build.complete', 'build.created', 'build.failed', 'build.running', 'build.superseded']);
  });

  it.each([
    ['windows', 'Win64'],
    ['macos', 'Mac'],
    ['linux', 'Linux'],
    ['android', 'Android'],
    ['ios', 'IOS'],
    ['iOS', 'IOS'],
    ['playstation', 'playstation'],
  ])('calls %s %s, as Unreal Engine does', (platform, unreal) => {
    expect(buildOf(on(finished, { platform, platformRaw: undefined }))).toMatchObject({ platform: unreal });
  });

  it("keeps the build system's own name of a platform", () => {
    expect(buildOf(on(finished, { platform: 'linux', platformRaw: 'LinuxArm64' }))).toMatchObject({ platform: 'LinuxArm64' });
  });

  it('cuts the time to milliseconds and never rounds it up', () => {
    expect(payloadOf(buildpixel, { ...finished, occurredAt: '2026-05-10T14:23:45.123999Z' })).toMatchObject({ createdAt: '2026-05-10T14:23:45.123Z' });
    expect(payloadOf(buildpixel, { ...finished, occurredAt: '2026-12-31T23:59:59.999999Z' })).toMatchObject({ createdAt: '2026-12-31T23:59:59.999Z' });
  });

  it("gives our organization's id when the producer gave none of BuildPixel's", () => {
    expect(payloadOf(buildpixel, finished)).toMatchObject({ organizationId: finished.organization.id });
  });

  it('leaves out what is unknown, and what has no meaning before the end', () => {
    const bare = { ...finished, app: { id: 'app_1' }, build: { id: 'bld_1' } };
    expect(payloadOf(buildpixel, bare)['data']).toEqual({ build: { id: 'bld_1', status: 'complete' }, project: { id: 'app_1', name: 'app_1' } });
    const running = on(completed(exampleEvent('build.started')), { timing: { durationMs: 5 }, artifacts: [{ url: 'https://a.example/x', primary: true }] });
    expect(Object.keys(buildOf(running))).toEqual(['id', 'status', 'platform', 'buildType', 'branch', 'commit']);
  });

  it.each(['timed_out', 'rejected'] as const)('says failed for a build that was %s', (state) => {
    expect(buildOf(on(completed(exampleEvent('build.failed')), { state }))).toMatchObject({ status: 'failed' });
  });

  it.each(['created', 'queued', 'pending'] as const)('says pending for a new build that is %s', (state) => {
    expect(buildOf(on(completed(exampleEvent('build.created')), { state }))).toMatchObject({ status: 'pending' });
  });

  it('takes the branch from the ref, unless that is a tag', () => {
    expect(buildOf(on(finished, { source: { ref: 'main' } }))).toMatchObject({ branch: 'main' });
    expect(buildOf(on(finished, { source: { ref: 'main', refType: 'branch' } }))).toMatchObject({ branch: 'main' });
    expect(buildOf(on(finished, { source: { ref: 'v1', refType: 'tag' } }))).not.toHaveProperty('branch');
  });

  it('keeps an emoji in the name of a project', () => {
    expect(bodyOf(buildpixel, { ...finished, app: { id: 'p1', name: 'MyGame 🦊' } })).toContain('"project":{"id":"p1","name":"MyGame 🦊"}');
  });
});

function on(event: Event, build: Partial<Build>): Event {
  return { ...event, build: { id: 'bld_1', ...event.build, ...build } };
}

function buildOf(event: Event): Record<string, unknown> {
  return (payloadOf(buildpixel, event)['data'] as { build: Record<string, unknown> }).build;
}
