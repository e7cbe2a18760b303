import type { Event } from '@buildwire/contracts';
import { creationInstants } from './capawesome-instants.js';
import { nullWhenUnknown } from './null-when-unknown.js';

/** A deployment without a rollout reaches everybody at once. */
const EVERYBODY = 1;

/**
 * The data of `app_deployment_created`. Capawesome's pages do not show it: these are the fields of the deployment in its
 * SDK, with instants as in `job_finished`.
 */
export function capawesomeDeployment(event: Event): Record<string, unknown> | undefined {
  const { app, build, deployment, job } = event;
  if (deployment === undefined) return undefined;
  return nullWhenUnknown({
    id: deployment.id,
    appId: app.id,
    appBuildId: deployment.buildId ?? build?.id,
    appChannelId: deployment.channel?.id,
    appDestinationId: deployment.destination?.id,
    jobId: deployment.jobId ?? job?.id,
    rolloutPercentage: deployment.rollout ?? EVERYBODY,
    ...creationInstants(deployment.timing, event.occurredAt),
  });
}
