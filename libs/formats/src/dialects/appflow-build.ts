import type { Artifact, Build, Event } from '@buildwire/contracts';
import { primaryArtifact } from '../primary-artifact.js';
import { packageAutomation, webAutomation } from './appflow-automation.js';
import { appflowApp, appflowCommit } from './appflow-parts.js';
import { appflowId, appflowInstant } from './appflow-values.js';
import { nullWhenUnknown } from './null-when-unknown.js';

/** How an Appflow build ends. */
export type AppflowState = 'success' | 'failed' | 'canceled';

interface Package {
  state: AppflowState;
  platform: string;
  downloadUrl(artifact: Artifact): string;
}

/** The body for a native build. The order of keys differs from the web build's, as in Appflow's own examples. */
export function appflowPackage(event: Event, build: Build, { state, platform, downloadUrl }: Package): Record<string, unknown> {
  const artifact = primaryArtifact(build);
  return nullWhenUnknown({
    state,
    automationId: appflowId(event.automation?.id),
    automation: packageAutomation(event, build, platform),
    environmentName: build.environment?.name,
    id: build.id,
    type: build.type,
    created: appflowInstant(build.timing?.createdAt),
    started: appflowInstant(build.timing?.startedAt),
    finished: finishedAt(event, build),
    downloadUrl: artifact && downloadUrl(artifact),
    profile: build.profile,
    buildInfo: buildInfo(event, build, state, `package-${platform}`),
    appId: event.app.id,
    platform,
    app: appflowApp(event),
    commit: appflowCommit(event, build),
  });
}

/** The body for a web build. Appflow offers nothing to download for it. */
export function appflowWeb(event: Event, build: Build, state: AppflowState): Record<string, unknown> {
  return nullWhenUnknown({
    started: appflowInstant(build.timing?.startedAt),
    state,
    automationId: appflowId(event.automation?.id),
    automation: webAutomation(event, build),
    environmentName: build.environment?.name,
    id: build.id,
    created: appflowInstant(build.timing?.createdAt),
    finished: finishedAt(event, build),
    buildInfo: buildInfo(event, build, state, 'snapshot'),
    appId: event.app.id,
    app: appflowApp(event),
    commit: appflowCommit(event, build),
  });
}

function buildInfo({ job }: Event, build: Build, state: AppflowState, jobType: string): Record<string, unknown> {
  return nullWhenUnknown({ id: appflowId(job?.id ?? build.jobId), state, job_type: jobType });
}

/** A canceled build may carry its end only as `canceledAt`; when the event happened is the end of whatever else. */
function finishedAt({ occurredAt }: Event, { timing }: Build): string | undefined {
  return appflowInstant(timing?.finishedAt ?? timing?.canceledAt ?? occurredAt);
}
