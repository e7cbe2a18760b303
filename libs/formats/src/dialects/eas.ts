import type { Build, Deployment, Event } from '@buildwire/contracts';
import { json } from '../json.js';
import type { Renderer, Rendering } from '../rendering.js';
import { easBuild } from './eas-build.js';
import { easSubmission } from './eas-submission.js';
import { buildStatuses, submissionStatuses } from './eas-words.js';
import type { EasStatus } from './eas-words.js';
import { expoPlatform, expoPlatforms } from './expo-platforms.js';
import { cannotSay, noPlatform, noWords } from './no-words.js';

/**
 * EAS webhooks: `BUILD` tells of a build that ended, `SUBMIT` of a deployment to a store that ended. The body does not
 * say which of the two it is. What is unknown is left out, but for `cancelingUserId`, which is null then.
 */
export const eas: Renderer = (event) => {
  const { type, build, deployment } = event;
  const built = buildStatuses[type];
  if (built !== undefined && build !== undefined) return buildBody(event, build, built);
  const submitted = submissionStatuses[type];
  if (submitted !== undefined && deployment !== undefined) return submissionBody(event, deployment, submitted);
  return noWords('eas', type, [...Object.keys(buildStatuses), ...Object.keys(submissionStatuses)]);
};

function buildBody(event: Event, build: Build, status: EasStatus): Rendering {
  const platform = expoPlatform(build.platform);
  if (platform === undefined) return noPlatform('eas', build.platform, expoPlatforms);
  return json(easBuild(event, build, { status, platform }));
}

function submissionBody(event: Event, deployment: Deployment, status: EasStatus): Rendering {
  if (deployment.kind !== 'store') return cannotSay('eas', 'tells of deployments only when their kind is store', `Leave ${event.type} out of the webhook's events`);
  const given = deployment.platform ?? event.build?.platform;
  const platform = expoPlatform(given);
  if (platform === undefined) return noPlatform('eas', given, expoPlatforms);
  return json(easSubmission(event, deployment, { status, platform }));
}
