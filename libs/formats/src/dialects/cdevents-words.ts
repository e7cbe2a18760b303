import type { ProducedEvent, ProducedEventType } from '@buildwire/contracts';
import { deployedService, deploymentContent } from './cdevents-deployment.js';
import { pipelineRun, pipelineRunFinished, taskRun, taskRunFinished } from './cdevents-runs.js';

/** What a CDEvent says besides its envelope. */
export interface Cdevent {
  type: string;
  /** The last part of the address of the schema that the event obeys. */
  schema: string;
  subjectId: string;
  content: Record<string, unknown>;
}

/** All subjects of CDEvents 0.5.1 that we use have this version. */
const VERSION = '0.3.0';
const OUR_VERSION = '0.1.0';

const WORDS: Record<ProducedEventType, (event: ProducedEvent) => Cdevent> = {
  'build.created': (event) => standard('pipelinerun', 'queued', event, pipelineRun(event)),
  'build.queued': (event) => standard('pipelinerun', 'queued', event, pipelineRun(event)),
  'build.started': (event) => standard('pipelinerun', 'started', event, pipelineRun(event)),
  'build.finished': (event) => standard('pipelinerun', 'finished', event, pipelineRunFinished(event)),
  'build.failed': (event) => standard('pipelinerun', 'finished', event, pipelineRunFinished(event)),
  'build.canceled': (event) => standard('pipelinerun', 'finished', event, pipelineRunFinished(event)),
  'build.superseded': (event) => standard('pipelinerun', 'finished', event, pipelineRunFinished(event)),
  'job.created': (event) => custom(event, taskRun(event)),
  'job.queued': (event) => custom(event, taskRun(event)),
  'job.started': (event) => standard('taskrun', 'started', event, taskRun(event)),
  'job.finished': (event) => standard('taskrun', 'finished', event, taskRunFinished(event)),
  'deployment.created': (event) => custom(event, deploymentContent(event)),
  'deployment.started': (event) => custom(event, deploymentContent(event)),
  'deployment.finished': deploymentFinished,
  'deployment.failed': (event) => custom(event, deploymentContent(event)),
  'deployment.canceled': (event) => custom(event, deploymentContent(event)),
};

/**
 * The one CDEvent for an event. A build is a pipeline run and a job a task run; a deployment that finished is a service
 * deployed, whose subject is the app. For the rest CDEvents has no words, so these are custom: `dev.cdeventsx.buildwire-…`.
 */
export function cdeventOf(event: ProducedEvent): Cdevent {
  return WORDS[event.type](event);
}

/** CDEvents wants to know what was deployed where. When the event does not say, it is a custom one. */
function deploymentFinished(event: ProducedEvent): Cdevent {
  const service = deployedService(event);
  if (service === undefined) return custom(event, deploymentContent(event));
  return Object.assign(standard('service', 'deployed', event, { ...service }), { subjectId: event.app.id });
}

function standard(subject: 'pipelinerun' | 'taskrun' | 'service', predicate: string, event: ProducedEvent, content: Record<string, unknown>): Cdevent {
  const type = `dev.cdevents.${subject}.${predicate}.${VERSION}`;
  return { type, schema: `${subject}-${predicate}-event`, subjectId: event.subject.id, content };
}

function custom(event: ProducedEvent, content: Record<string, unknown>): Cdevent {
  return { type: `dev.cdeventsx.buildwire-${event.type}.${OUR_VERSION}`, schema: 'custom', subjectId: event.subject.id, content };
}
