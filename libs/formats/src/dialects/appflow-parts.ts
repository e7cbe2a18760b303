import type { Build, Event, User } from '@buildwire/contracts';
import { appflowId, appflowInstant } from './appflow-values.js';
import { nullWhenUnknown } from './null-when-unknown.js';

export function appflowApp({ app }: Event): Record<string, unknown> {
  return nullWhenUnknown({
    slug: app.slug,
    org: app.org,
    name: app.name,
    owner: appflowUser(app.owner),
    id: app.id,
    updated: appflowInstant(app.updatedAt),
    created: appflowInstant(app.createdAt),
    icon: app.iconUrl,
  });
}

export function appflowCommit({ app }: Event, { source }: Build): Record<string, unknown> | undefined {
  if (source === undefined) return undefined;
  return nullWhenUnknown({
    user: committer(source.author),
    sha: source.sha,
    note: source.message,
    beforeSha: source.beforeSha,
    uuid: source.commitUuid,
    userId: appflowId(source.author?.id),
    refType: source.refType,
    ref: source.ref ?? source.branch,
    appId: app.id,
    repositoryId: appflowId(source.repositoryId),
    created: appflowInstant(source.committedAt),
  });
}

/** Where a web build is deployed to: what Appflow itself said, if the event comes from there, else the deployment that travels with the build. */
export function appflowChannel({ ext, deployment }: Event): unknown {
  const said = ext?.['appflow']?.['channel'];
  const channel = deployment?.channel;
  if (said !== undefined || channel === undefined) return said;
  const { name, updatedAt, id, createdAt } = channel;
  return nullWhenUnknown({ name, updated: appflowInstant(updatedAt), id, created: appflowInstant(createdAt) });
}

/** An account of Appflow itself. Its id stands beside it, in another key. */
export function appflowUser(user: User | undefined): Record<string, unknown> | undefined {
  if (user === undefined) return undefined;
  return nullWhenUnknown({ name: user.name, picture: user.pictureUrl, avatars: avatars(user), username: user.username });
}

/** Whoever committed has an account at a git host besides. */
function committer(user: User | undefined): Record<string, unknown> | undefined {
  if (user === undefined) return undefined;
  const { name, pictureUrl: picture, htmlUrl, profileUrl: profile, username } = user;
  return nullWhenUnknown({ name, picture, avatars: avatars(user), htmlUrl, profile, username });
}

function avatars({ avatars: given }: User): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  return nullWhenUnknown({ small: given.small, medium: given.medium, large: given.large });
}
