import { describe, expect, it } from 'vitest';
import { ArtifactLinks, linksExpireAt } from './artifact-links.js';
import type { Event } from './event/event.js';

const RECEIVED = '2026-05-10T14:23:45.123000Z';
const DAY_MS = 24 * 3_600_000;
const received = Date.parse('2026-05-10T14:23:45.123Z');
const artifacts = [{ url: 'https://a.example/1.apk' }, { url: 'https://a.example/2.ipa' }];
const event = { id: 'evt-1', receivedAt: RECEIVED, organization: { id: 'org_a' }, build: { id: 'b', artifacts } } as unknown as Event;
const links = new ArtifactLinks('https://hooks.example', 'k'.repeat(32));

describe('an artifact link', () => {
  it('is the same however often it is made, and leads to its own artifact', () => {
    expect(links.urlOf(event, artifacts[1] as never)).toBe(links.urlOf(event, artifacts[1] as never));
    expect(links.read(tokenOf(1), received)).toEqual({ kind: 'valid', organizationId: 'org_a', eventId: 'evt-1', index: 1 });
  });

  it('is good until a day after the event was accepted, to the millisecond', () => {
    expect(links.read(tokenOf(0), received + DAY_MS - 1).kind).toBe('valid');
    expect(links.read(tokenOf(0), received + DAY_MS)).toEqual({ kind: 'expired' });
  });

  it.each([
    ['another organization', () => forged((claims) => (claims[0] = 'org_b'))],
    ['another event', () => forged((claims) => (claims[1] = 'evt-2'))],
    ['another artifact', () => forged((claims) => (claims[2] = 1))],
    ['a later end', () => forged((claims) => (claims[3] = received + 2 * DAY_MS))],
    ['the signature of another token', () => `${tokenOf(0).split('.')[0]}.${tokenOf(1).split('.')[1]}`],
    ['another spelling of its signature', () => `${tokenOf(0)}=`],
    ['something behind it', () => `${tokenOf(0)}.`],
    ['a changed claim', () => `x${tokenOf(0).slice(1)}`],
    ['a changed signature', () => `${tokenOf(0).slice(0, -2)}AA`],
    ['no signature', () => tokenOf(0).split('.')[0] ?? ''],
    ['another service’s key', () => new ArtifactLinks('https://hooks.example', 'other '.repeat(8)).urlOf(event, artifacts[0] as never).split('/').at(-1) ?? ''],
    ['nothing', () => ''],
  ])('with %s is unknown', (_, token) => {
    expect(links.read(token(), received)).toEqual({ kind: 'unknown' });
  });

  it('is the address of the artifact itself where nobody can download', () => {
    const kept = { url: 's3://bucket/1.apk' };
    expect(links.urlOf({ ...event, build: { id: 'b', artifacts: [kept] } }, kept)).toBe('s3://bucket/1.apk');
    expect(links.urlOf(event, { url: 'https://a.example/of-another-build' })).toBe('https://a.example/of-another-build');
  });

  it('tells when it ends', () => {
    expect(linksExpireAt(event)).toBe('2026-05-11T14:23:45.123000Z');
  });

  it('outlives the rotation of the key', () => {
    const rotated = new ArtifactLinks('https://hooks.example', `${'n'.repeat(32)},${'k'.repeat(32)}`);
    expect(rotated.read(tokenOf(0), received).kind).toBe('valid');
  });
});

function tokenOf(index: number): string {
  return links.urlOf(event, artifacts[index] as never).split('/').at(-1) ?? '';
}

/** A token with other claims and the signature of the true ones. */
function forged(change: (claims: unknown[]) => void): string {
  const [text = '', signature = ''] = tokenOf(0).split('.');
  const claims = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
  change(claims);
  return `${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}
