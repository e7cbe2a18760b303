import { z } from 'zod';
import { timestamp } from '../timestamp.js';
import { buildStates, jobStates } from './event-types.js';

/*
 * What an event can tell about. Unknown keys are kept everywhere: a producer may be newer than this service, and what it
 * said must reach those who understand it. Vendor-only fields have their own place, `ext`.
 */

const id = z.string().min(1).max(200);
const absoluteUrl = z.string().refine((text) => URL.canParse(text), 'must be an absolute URL');
const record = z.record(z.string(), z.unknown());

export const user = z
  .looseObject({
    id: id.optional(),
    name: z.string().optional(),
    username: z.string().optional(),
    pictureUrl: z.string().optional(),
    avatars: z.looseObject({ small: z.string(), medium: z.string(), large: z.string() }).partial().optional(),
    profileUrl: z.string().optional(),
    htmlUrl: z.string().optional(),
  })
  .meta({ id: 'User' });

export const timing = z
  .looseObject({
    createdAt: timestamp.optional(),
    queuedAt: timestamp.optional(),
    pendingAt: timestamp.optional(),
    startedAt: timestamp.optional(),
    finishedAt: timestamp.optional(),
    canceledAt: timestamp.optional(),
    updatedAt: timestamp.optional(),
    durationMs: z.number().int().nonnegative().optional(),
  })
  .meta({ id: 'Timing' });

export const artifact = z
  .looseObject({
    name: z.string().optional(),
    kind: z.string().optional(),
    url: absoluteUrl,
    sizeBytes: z.number().int().nonnegative().optional(),
    sha256: z.string().optional(),
    md5: z.string().optional(),
    primary: z.boolean().optional(),
  })
  .meta({ id: 'Artifact' });

const source = z
  .looseObject({
    repositoryId: id.optional(),
    refType: z.string().optional(),
    ref: z.string().optional(),
    branch: z.string().optional(),
    sha: z.string().optional(),
    beforeSha: z.string().optional(),
    message: z.string().optional(),
    committedAt: timestamp.optional(),
    commitUuid: z.string().optional(),
    author: user.optional(),
    dirty: z.boolean().optional(),
  })
  .meta({ id: 'Source' });

const failure = z
  .looseObject({ code: z.string().optional(), message: z.string(), phase: z.string().optional(), docsUrl: absoluteUrl.optional() })
  .meta({ id: 'Failure' });

export const build = z
  .looseObject({
    id,
    number: z.number().int().nonnegative().optional(),
    parentId: id.optional(),
    jobId: id.optional(),
    state: z.enum(buildStates).optional(),
    platform: z.string().min(1).max(100).optional(),
    platformRaw: z.string().optional(),
    type: z.string().optional(),
    profile: z.string().optional(),
    environment: z.looseObject({ id: id.optional(), name: z.string() }).optional(),
    nativeConfig: z.string().optional(),
    stack: z.string().optional(),
    priority: z.string().optional(),
    resourceClass: z.looseObject({ requested: z.string().optional(), actual: z.string().optional() }).optional(),
    trigger: z.string().optional(),
    initiator: user.optional(),
    canceler: user.optional(),
    source: source.optional(),
    timing: timing.optional(),
    artifacts: z.array(artifact).max(1_000).optional(),
    logs: z.looseObject({ url: absoluteUrl.optional(), key: z.string().optional() }).optional(),
    error: failure.optional(),
    metrics: record.optional(),
    metadata: record.optional(),
    supersededBy: z.union([id, z.looseObject({ id })]).optional(),
    detailsUrl: absoluteUrl.optional(),
    expiresAt: timestamp.optional(),
    maxRetryMinutes: z.number().int().nonnegative().optional(),
  })
  .meta({ id: 'Build' });

export const job = z
  .looseObject({
    id,
    kind: z.string().optional(),
    type: z.string().optional(),
    number: z.number().int().nonnegative().optional(),
    state: z.enum(jobStates).optional(),
    stack: z.string().optional(),
    buildId: id.optional(),
    deploymentId: id.optional(),
    timing: timing.optional(),
    initiator: user.optional(),
    canceler: user.optional(),
  })
  .meta({ id: 'Job' });

export const deployment = z
  .looseObject({
    id,
    kind: z.enum(['channel', 'store']).optional(),
    buildId: id.optional(),
    channel: z
      .looseObject({ id: id.optional(), name: z.string().optional(), createdAt: timestamp.optional(), updatedAt: timestamp.optional() })
      .optional(),
    destination: z.looseObject({ id: id.optional(), name: z.string().optional() }).optional(),
    rollout: z.number().min(0).max(1).optional(),
    state: z.enum(jobStates).optional(),
    jobId: id.optional(),
    archiveUrl: absoluteUrl.optional(),
    error: failure.optional(),
    logsUrl: absoluteUrl.optional(),
    detailsUrl: absoluteUrl.optional(),
    parentId: id.optional(),
    platform: z.string().min(1).max(100).optional(),
    timing: timing.optional(),
    initiator: user.optional(),
    canceler: user.optional(),
    maxRetryMinutes: z.number().int().nonnegative().optional(),
  })
  .meta({ id: 'Deployment' });

export const automation = z
  .looseObject({
    id,
    name: z.string().optional(),
    createdAt: timestamp.optional(),
    creator: user.optional(),
    environment: z.looseObject({ id: id.optional(), name: z.string() }).optional(),
    nativeConfig: z.string().optional(),
    platform: z.string().optional(),
    profile: z.string().optional(),
    buildType: z.string().optional(),
  })
  .meta({ id: 'Automation' });

export const app = z
  .looseObject({
    id,
    slug: z.string().optional(),
    name: z.string().optional(),
    iconUrl: z.string().optional(),
    createdAt: timestamp.optional(),
    updatedAt: timestamp.optional(),
    owner: user.optional(),
    org: z.looseObject({}).nullable().optional(),
  })
  .meta({ id: 'App' });

export type User = z.output<typeof user>;
export type Timing = z.output<typeof timing>;
export type Artifact = z.output<typeof artifact>;
export type Build = z.output<typeof build>;
export type Job = z.output<typeof job>;
export type Deployment = z.output<typeof deployment>;
export type Automation = z.output<typeof automation>;
