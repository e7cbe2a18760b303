import type { Artifact, Build } from '@buildwire/contracts';

/** What the build was made for: the artifact marked primary, else the first one of a success that is not marked at all. A failed build's files may all be logs. */
export function primaryArtifact(build: Build): Artifact | undefined {
  const artifacts = build.artifacts ?? [];
  const marked = artifacts.find(({ primary }) => primary === true);
  if (marked !== undefined || build.state !== 'succeeded') return marked;
  return artifacts.find(({ primary }) => primary === undefined);
}
