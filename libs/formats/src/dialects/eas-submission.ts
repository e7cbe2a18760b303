import type { Deployment, Event } from '@buildwire/contracts';
import { inMilliseconds } from '../instants.js';
import { primaryArtifact } from '../primary-artifact.js';
import { cancelingUserId, easError, easOwner } from './eas-words.js';
import type { EasWords } from './eas-words.js';

/** The body of a `SUBMIT` webhook. */
export function easSubmission(event: Event, deployment: Deployment, { status, platform }: EasWords): Record<string, unknown> {
  const { build } = event;
  const { timing = {} } = deployment;
  const completedAt = timing.finishedAt ?? timing.canceledAt ?? event.occurredAt;
  return {
    id: deployment.id,
    ...easOwner(event),
    submissionDetailsPageUrl: deployment.detailsUrl,
    parentSubmissionId: deployment.parentId,
    appId: event.app.id,
    archiveUrl: deployment.archiveUrl ?? (build && primaryArtifact(build)?.url),
    initiatingUserId: deployment.initiator?.id,
    cancelingUserId: cancelingUserId(event, deployment),
    turtleBuildId: deployment.buildId ?? build?.id,
    platform,
    status,
    submissionInfo: { error: easError(deployment, status), logsUrl: deployment.logsUrl },
    createdAt: inMilliseconds(timing.createdAt),
    updatedAt: inMilliseconds(timing.updatedAt ?? completedAt),
    completedAt: inMilliseconds(completedAt),
    maxRetryTimeMinutes: deployment.maxRetryMinutes,
  };
}
