import type { Build, Event } from '@buildwire/contracts';
import { creationInstants } from './capawesome-instants.js';
import { nullWhenUnknown } from './null-when-unknown.js';
import { vendorFields } from './vendor-fields.js';

/**
 * The data of `app_build_created`. Capawesome's pages do not show it: these are the fields of the build in its SDK, with
 * instants as in `job_finished`. Those that say what was built from are there only when known.
 */
export function capawesomeBuild(event: Event): Record<string, unknown> | undefined {
  const { app, build, job } = event;
  if (build === undefined) return undefined;
  const own = vendorFields(event, 'capawesome');
  const always = nullWhenUnknown({
    id: build.id,
    appId: app.id,
    platform: build.platform,
    type: build.type,
    jobId: build.jobId ?? job?.id,
    appBuildArtifactId: own['appBuildArtifactId'],
    packageName: own['packageName'],
    packageVersion: own['packageVersion'],
    numberAsString: build.number?.toString(),
    ...creationInstants(build.timing, event.occurredAt),
  });
  return Object.assign(always, originOf(build, own));
}

function originOf({ source, environment }: Build, own: Record<string, unknown>): Record<string, unknown> {
  return {
    gitRef: source?.ref,
    appCertificateId: own['appCertificateId'],
    appConfigurationId: own['appConfigurationId'],
    appEnvironmentId: own['appEnvironmentId'] ?? environment?.id,
    appBuildSourceId: own['appBuildSourceId'],
  };
}
