import type { ProducedEvent } from '@buildwire/contracts';
import { primaryArtifact } from '../primary-artifact.js';
import { outcomeOf } from './cdevents-outcome.js';
import { percentEncoded, uri } from './uri.js';

const SHA256 = /^[0-9A-Fa-f]{64}$/;

/** What CDEvents must know of a deployment. */
export interface DeployedService {
  environment: { id: string };
  artifactId: string;
}

/** The content of `service.deployed`; undefined when the event does not say what was deployed, or where to. */
export function deployedService(event: ProducedEvent): DeployedService | undefined {
  const environment = environmentOf(event);
  const artifactId = artifactIdOf(event);
  return environment === undefined || artifactId === undefined ? undefined : { environment, artifactId };
}

/** The content of our own events about deployments: that of `service.deployed`, and of a run. */
export function deploymentContent(event: ProducedEvent): Record<string, unknown> {
  const { deployment } = event;
  return {
    environment: environmentOf(event),
    artifactId: artifactIdOf(event),
    uri: uri(deployment?.detailsUrl) ?? uri(deployment?.logsUrl),
    outcome: outcomeOf(event),
    errors: deployment?.error?.message,
  };
}

/** The channel or the store is what the app runs in. */
function environmentOf({ deployment }: ProducedEvent): { id: string } | undefined {
  const target = deployment?.channel ?? deployment?.destination;
  const id = target?.id || target?.name;
  return id ? { id } : undefined;
}

/** A package URL: the app, in the version that the build made; with its checksum if the build came along. */
function artifactIdOf({ app, build, deployment }: ProducedEvent): string | undefined {
  const version = deployment?.buildId ?? build?.id;
  if (version === undefined) return undefined;
  const sha256 = build?.id === version ? primaryArtifact(build)?.sha256 : undefined;
  const checksum = sha256 !== undefined && SHA256.test(sha256) ? `?checksum=sha256:${sha256.toLowerCase()}` : '';
  return `pkg:generic/${percentEncoded(app.slug || app.id)}@${percentEncoded(version)}${checksum}`;
}
