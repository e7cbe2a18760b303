import { downloadable, linksExpireAt } from '@buildwire/contracts';
import type { Artifact, Event } from '@buildwire/contracts';
import type { RenderingContext } from '../rendering.js';

/** A body must fit into a message; the artifacts beyond are shown without a link. */
const MAX_SIGNED = 100;

/** The build, and with each artifact that is on the web `signed: { url, expiresAt }`: where anybody may download it for a day. One that was signed by its producer stays as it is. */
export function withSignedArtifacts(event: Event, downloadUrl: RenderingContext['downloadUrl']): Event['build'] {
  const { build } = event;
  if (build?.artifacts === undefined) return build;
  const expiresAt = linksExpireAt(event);
  const isOffered = (artifact: Artifact, index: number) => index < MAX_SIGNED && artifact['signed'] === undefined && downloadable(artifact) !== undefined;
  const artifacts = build.artifacts.map((artifact, index) => (isOffered(artifact, index) ? { ...artifact, signed: { url: downloadUrl(artifact), expiresAt } } : artifact));
  return { ...build, artifacts };
}
