import { exampleEvent } from '@buildwire/contracts';
import type { Artifact, Event } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context, payloadOf } from '../spec-support/events.js';
import { buildwire } from './buildwire.js';
import { withSignedArtifacts } from './signed-artifacts.js';

const finished = completed(exampleEvent('build.finished'));

describe('the artifacts of a body', () => {
  it('say, behind what they say of themselves, where they can be downloaded for a day from the acceptance of the event', () => {
    const artifact = { name: 'x.apk', url: 'https://a.example/x.apk', primary: true };
    const signed = { url: context.downloadUrl(artifact), expiresAt: '2026-05-11T15:08:51.312000Z' };
    const { data } = payloadOf(buildwire, withArtifacts([artifact])) as { data: { receivedAt: string; build: { artifacts: unknown[] } } };
    expect(data.receivedAt).toBe('2026-05-10T15:08:51.312000Z');
    expect(JSON.stringify(data.build.artifacts)).toBe(JSON.stringify([{ ...artifact, signed }]));
  });

  it('that nobody can download over the web, or that their producer has signed, stay as they are', () => {
    const kept = [{ url: 's3://bucket/x.apk' }, { url: 'https://a.example/x', signed: { url: 'https://cdn.example/x?s=1' } }];
    expect(withSignedArtifacts(withArtifacts(kept), context.downloadUrl)?.artifacts).toEqual(kept);
  });

  it('have no more links than a message holds', () => {
    const artifacts = Array.from({ length: 1_000 }, (_, index) => ({ url: `https://a.example/${index}` }));
    const signed = withSignedArtifacts(withArtifacts(artifacts), context.downloadUrl)?.artifacts?.map((artifact) => artifact['signed'] !== undefined);
    expect(signed).toEqual([...Array<boolean>(100).fill(true), ...Array<boolean>(900).fill(false)]);
  });

  it('leave the event as it is', () => {
    const before = structuredClone(finished);
    withSignedArtifacts(finished, context.downloadUrl);
    expect(finished).toEqual(before);
    expect(withSignedArtifacts({ ...finished, build: { id: 'b' } }, context.downloadUrl)).toEqual({ id: 'b' });
  });
});

function withArtifacts(artifacts: Artifact[]): Event {
  return { ...finished, build: { id: 'b', ...finished.build, artifacts } };
}
