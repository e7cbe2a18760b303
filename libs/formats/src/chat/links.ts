import { subjectKindOf } from '@buildwire/contracts';
import type { Build, ProducedEvent } from '@buildwire/contracts';
import { primaryArtifact } from '../primary-artifact.js';
import type { RenderingContext } from '../rendering.js';
import type { Outcome } from './outcome.js';
import { MAX_BUTTON_URL } from './slack-limits.js';
import { webUrl } from './web-url.js';

/** No target takes a longer one. */
const MAX_URL = MAX_BUTTON_URL;

/** A way out of the card. The first is the primary one. */
export interface Link {
  label: 'View build' | 'View deployment' | 'View newer build' | 'View logs' | 'Download';
  /** Fit for every target but for its length. */
  url: string;
}


/** The page about the build or the deployment. A job has none of its own. */
export function detailsUrlOf({ type, build, deployment }: ProducedEvent): string | undefined {
  const subjects = subjectKindOf(type) === 'deployment' ? [deployment] : [build, deployment];
  return subjects.map((subject) => webUrl(subject?.detailsUrl, MAX_URL)).find((url) => url !== undefined);
}

/** One primary link, plus the download of a build that succeeded. */
export function linksOf(event: ProducedEvent, outcome: Outcome, downloadUrl: RenderingContext['downloadUrl']): Link[] {
  const primary = primaryLink(event, outcome);
  return [primary, downloadLink(event, downloadUrl)].filter((link) => link !== undefined);
}

function primaryLink(event: ProducedEvent, { failed }: Outcome): Link | undefined {
  const isDeployment = subjectKindOf(event.type) === 'deployment' || event.build === undefined;
  const details = link(isDeployment ? 'View deployment' : 'View build', detailsUrlOf(event));
  if (failed) return link('View logs', logsUrlOf(event)) ?? details;
  if (event.type === 'build.superseded') return link('View newer build', newerBuildUrlOf(event)) ?? details;
  return details;
}

function downloadLink({ type, build }: ProducedEvent, downloadUrl: RenderingContext['downloadUrl']): Link | undefined {
  const artifact = type === 'build.finished' && build !== undefined ? primaryArtifact(withArtifactsOnTheWeb(build)) : undefined;
  return artifact === undefined ? undefined : link('Download', downloadUrl(artifact));
}

/** What lies elsewhere cannot be handed on. */
function withArtifactsOnTheWeb(build: Build): Build {
  return { ...build, artifacts: (build.artifacts ?? []).filter(({ url }) => webUrl(url, Infinity) !== undefined) };
}

function logsUrlOf({ type, build, deployment }: ProducedEvent): string | undefined {
  return subjectKindOf(type) === 'deployment' ? deployment?.logsUrl : (build?.logs?.url ?? deployment?.logsUrl);
}

function newerBuildUrlOf({ build }: ProducedEvent): unknown {
  const newer = build?.supersededBy;
  return typeof newer === 'object' ? newer['detailsUrl'] : undefined;
}

function link(label: Link['label'], address: unknown): Link | undefined {
  const url = webUrl(address, MAX_URL);
  return url === undefined ? undefined : { label, url };
}
