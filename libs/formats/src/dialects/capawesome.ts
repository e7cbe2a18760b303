import type { Event, EventType } from '@buildwire/contracts';
import { json } from '../json.js';
import type { Renderer } from '../rendering.js';
import { capawesomeBuild } from './capawesome-build.js';
import { capawesomeDeployment } from './capawesome-deployment.js';
import { capawesomeJob } from './capawesome-job.js';
import { noWords } from './no-words.js';

interface Word {
  event: string;
  dataOf(event: Event): Record<string, unknown> | undefined;
}

const WORDS: Partial<Record<EventType, Word>> = {
  'build.created': { event: 'app_build_created', dataOf: capawesomeBuild },
  'deployment.created': { event: 'app_deployment_created', dataOf: capawesomeDeployment },
  'job.created': { event: 'job_created', dataOf: capawesomeJob },
  'job.finished': { event: 'job_finished', dataOf: capawesomeJob },
};

/** Capawesome Cloud's webhook: `{ event, data }`. Every key is there, null when unknown; instants are epoch milliseconds. The end of a build is the end of its job. */
export const capawesome: Renderer = (event) => {
  const word = WORDS[event.type];
  const data = word?.dataOf(event);
  if (word === undefined || data === undefined) return noWords('capawesome', event.type, Object.keys(WORDS));
  return json({ event: word.event, data });
};
