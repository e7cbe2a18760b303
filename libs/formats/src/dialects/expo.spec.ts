import { exampleEvent } from '@buildwire/contracts';
import type { Build, Event } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOf, completed, context, payloadOf, seedsOf } from '../spec-support/events.js';
import { expo } from './expo.js';

const finished = completed(exampleEvent('build.finished'));
const failed = completed(exampleEvent('build.failed'));

describe('the expo dialect', () => {
  it.each(seedsOf('expo').map(({ name, ...seed }) => [name, seed] as const))('says %s as Expo does, byte for byte', (_, { vendor, event }) => {
    expect(bodyOf(expo, completed(event))).toBe(JSON.stringify(vendor));
  });

  it('covers both of the documented bodies', () => {
    expect(seedsOf('expo')).toHaveLength(2);
  });

  it('has four keys for a build that finished, and leaves the artifact out of one that errored', () => {
    expect(Object.keys(payloadOf(expo, on(finished, { platform: 'ios' })))).toEqual(['status', 'id', 'artifactUrl', 'platform']);
    const artifacts = [{ url: 'https://a.example/half.apk', primary: true }];
    expect(Object.keys(payloadOf(expo, on(failed, { platform: 'ios', artifacts })))).toEqual(['status', 'id', 'platform']);
  });

  it.each(['timed_out', 'rejected'] as const)('says errored for a build that was %s', (state) => {
    expect(payloadOf(expo, on(failed, { platform: 'android', state }))).toMatchObject({ status: 'errored' });
  });

  it('offers the artifact marked primary, or else the first that is not marked, or else none', () => {
    const url = (of: Build['artifacts']) => payloadOf(expo, on(finished, { platform: 'ios', artifacts: of }))['artifactUrl'];
    const [log, app, other] = ['log', 'app', 'other'].map((name) => ({ url: `https://a.example/${name}` })) as [{ url: string }, { url: string }, { url: string }];
    expect(url([log, { ...app, primary: true }])).toBe(app.url);
    expect(url([{ ...log, primary: false }, app, other])).toBe(app.url);
    expect(url([{ ...log, primary: false }])).toBeUndefined();
    expect(url(undefined)).toBeUndefined();
  });

  it('knows a platform however it is capitalized', () => {
    expect(payloadOf(expo, on(finished, { platform: 'iOS' }))).toMatchObject({ platform: 'ios' });
  });

  it.each([
    ['windows', 'the platform "windows"'],
    ['a\0\ud83e', String.raw`the platform "a\u0000\ud83e"`],
    [undefined, 'an event without a platform'],
  ])('skips the platform %j and says so in text that can be stored', (platform, said) => {
    const reason = `The expo dialect has no words for ${said}, only for ios and android. Filter the webhook's events by platform, or choose another dialect for it.`;
    expect(expo(on(finished, { platform }), context)).toEqual({ kind: 'skipped', reason });
  });
});

function on(event: Event, build: Partial<Build>): Event {
  return { ...event, build: { id: 'bld_1', ...event.build, ...build } };
}
