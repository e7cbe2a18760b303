import type { Build, Event } from '@buildwire/contracts';
import { inMilliseconds } from '../instants.js';
import { inOrder } from '../key-order.js';
import { primaryArtifact } from '../primary-artifact.js';
import { cancelingUserId, easError, easOwner } from './eas-words.js';
import type { EasWords } from './eas-words.js';
import { vendorFields } from './vendor-fields.js';

const ARTIFACTS = ['applicationArchiveUrl', 'buildArtifactsUrl', 'xcodeBuildLogsUrl'];
const METADATA = [
  ...['appName', 'username', 'workflow', 'appVersion', 'appBuildVersion', 'cliVersion', 'sdkVersion', 'buildProfile', 'distribution'],
  ...['appIdentifier', 'gitCommitHash', 'gitCommitMessage', 'runtimeVersion', 'channel', 'releaseChannel', 'reactNativeVersion'],
  ...['trackingContext', 'credentialsSource', 'isGitWorkingTreeDirty', 'message', 'runFromCI'],
];
const TRACKING_CONTEXT = ['platform', 'account_id', 'dev_client', 'project_id', 'tracking_id', 'project_type', 'dev_client_version'];
const METRICS = [
  ...['memory', 'buildEndTimestamp', 'totalDiskReadBytes', 'buildStartTimestamp', 'totalDiskWriteBytes', 'cpuActiveMilliseconds'],
  ...['buildEnqueuedTimestamp', 'totalNetworkEgressBytes', 'totalNetworkIngressBytes'],
];

/** The body of a `BUILD` webhook. */
export function easBuild(event: Event, build: Build, { status, platform }: EasWords): Record<string, unknown> {
  return {
    id: build.id,
    ...easOwner(event),
    buildDetailsPageUrl: build.detailsUrl,
    parentBuildId: build.parentId,
    appId: event.app.id,
    initiatingUserId: build.initiator?.id,
    cancelingUserId: cancelingUserId(event, build),
    platform,
    status,
    artifacts: artifactsOf(event, build),
    metadata: metadataOf(event, build),
    metrics: inOrder(build.metrics ?? {}, METRICS),
    error: easError(build, status),
    ...instantsOf(event, build),
    priority: build.priority,
    resourceClass: build.resourceClass?.requested,
    actualResourceClass: build.resourceClass?.actual,
    maxRetryTimeMinutes: build.maxRetryMinutes,
  };
}

/** Expo's own kinds of files come as `ext.eas.artifacts`. */
function artifactsOf(event: Event, build: Build): Record<string, unknown> {
  const own = Object.entries(recordOf(vendorFields(event, 'eas')['artifacts'])).filter(([key]) => ARTIFACTS.includes(key));
  return { buildUrl: primaryArtifact(build)?.url, logsS3KeyPrefix: build.logs?.key, ...inOrder(Object.fromEntries(own), ARTIFACTS) };
}

/** What the build system wrote into the metadata is said verbatim; what it did not comes from the rest of the event. */
function metadataOf({ app, deployment }: Event, build: Build): Record<string, unknown> {
  const known = {
    appName: app.name,
    buildProfile: build.profile,
    gitCommitHash: build.source?.sha,
    gitCommitMessage: build.source?.message,
    channel: deployment?.channel?.name,
    isGitWorkingTreeDirty: build.source?.dirty,
  };
  const { trackingContext, ...metadata } = build.metadata ?? {};
  const tracked = isRecord(trackingContext) ? inOrder(trackingContext, TRACKING_CONTEXT) : trackingContext;
  return inOrder({ ...known, trackingContext: tracked, ...metadata }, METADATA);
}

function instantsOf({ occurredAt }: Event, { timing = {}, expiresAt }: Build): Record<string, string | undefined> {
  const completedAt = timing.finishedAt ?? timing.canceledAt ?? occurredAt;
  return {
    createdAt: inMilliseconds(timing.createdAt),
    enqueuedAt: inMilliseconds(timing.queuedAt),
    provisioningStartedAt: inMilliseconds(timing.pendingAt),
    workerStartedAt: inMilliseconds(timing.startedAt),
    completedAt: inMilliseconds(completedAt),
    updatedAt: inMilliseconds(timing.updatedAt ?? completedAt),
    expirationDate: inMilliseconds(expiresAt),
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
