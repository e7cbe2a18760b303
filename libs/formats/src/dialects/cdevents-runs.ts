import type { Build, ProducedEvent } from '@buildwire/contracts';
import { outcomeOf } from './cdevents-outcome.js';
import { percentEncoded, uri } from './uri.js';

/** A build as a pipeline run. CDEvents demands a name and an address when it starts, so there is always one. */
export function pipelineRun({ app, automation, build, subject }: ProducedEvent): Record<string, unknown> {
  return {
    pipelineName: automation?.name ?? app.name ?? app.slug ?? app.id,
    uri: uri(build?.detailsUrl) ?? uri(build?.logs?.url) ?? `urn:buildwire:build:${percentEncoded(subject.id)}`,
  };
}

export function pipelineRunFinished(event: ProducedEvent): Record<string, unknown> {
  return Object.assign(pipelineRun(event), { outcome: outcomeOf(event), errors: errorsOf(event) });
}

/** A job as a task run, within the pipeline run of its build. */
export function taskRun({ job }: ProducedEvent): Record<string, unknown> {
  const id = job?.buildId;
  return { taskName: job?.type ?? job?.kind, pipelineRun: id === undefined ? undefined : { id } };
}

export function taskRunFinished(event: ProducedEvent): Record<string, unknown> {
  const outcome = outcomeOf(event);
  const errors = outcome === 'success' ? undefined : (event.build ?? event.deployment)?.error?.message;
  return Object.assign(taskRun(event), { outcome, errors });
}

function errorsOf({ type, build }: ProducedEvent): string | undefined {
  if (type === 'build.superseded') return `Superseded by ${newer(build?.supersededBy)}`;
  return build?.error?.message;
}

function newer(build: Build['supersededBy']): string {
  if (build === undefined) return 'a newer build';
  if (typeof build === 'string') return `build ${build}`;
  return typeof build['number'] === 'number' ? `build #${build['number']}` : `build ${build.id}`;
}
