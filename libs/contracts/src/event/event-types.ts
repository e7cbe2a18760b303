import { z } from 'zod';

/** The states of a build, a job or a deployment. Terminal ones absorb; only builds are superseded. */
export const jobStates = ['created', 'queued', 'pending', 'running', 'succeeded', 'failed', 'timed_out', 'rejected', 'canceled'] as const;
export const buildStates = [...jobStates, 'superseded'] as const;

export type JobState = (typeof jobStates)[number];
export type BuildState = (typeof buildStates)[number];

interface EventTypeDescription {
  /** One sentence for the catalogue. */
  description: string;
}

interface ProducedTypeDescription extends EventTypeDescription {
  /** The states that an event of this type may carry; the first is meant when none is given. */
  states: readonly BuildState[];
}

const WAITING = ['created', 'queued', 'pending'] as const;
const FAILED = ['failed', 'timed_out', 'rejected'] as const;
const ENDED = ['succeeded', ...FAILED, 'canceled'] as const;

/** Everything a build system can say, and the states that go with each. */
export const producedEventTypes = {
  'build.created': { description: 'A build was requested.', states: WAITING },
  'build.queued': { description: 'A build waits for a free slot.', states: ['queued', 'pending'] },
  'build.started': { description: 'A build runs.', states: ['running', 'pending'] },
  'build.finished': { description: 'A build succeeded.', states: ['succeeded'] },
  'build.failed': { description: 'A build failed, timed out or was rejected.', states: FAILED },
  'build.canceled': { description: 'Somebody canceled a build.', states: ['canceled'] },
  'build.superseded': { description: 'A newer build took the place of this one.', states: ['superseded'] },
  'job.created': { description: 'A job was requested.', states: WAITING },
  'job.queued': { description: 'A job waits for a free slot.', states: ['queued', 'pending'] },
  'job.started': { description: 'A job runs.', states: ['running', 'pending'] },
  'job.finished': { description: 'A job ended, in whatever way: see its state.', states: ENDED },
  'deployment.created': { description: 'A deployment was requested.', states: WAITING },
  'deployment.started': { description: 'A deployment runs.', states: ['running', 'pending'] },
  'deployment.finished': { description: 'A deployment succeeded.', states: ['succeeded'] },
  'deployment.failed': { description: 'A deployment failed, timed out or was rejected.', states: FAILED },
  'deployment.canceled': { description: 'Somebody canceled a deployment.', states: ['canceled'] },
} as const satisfies Record<string, ProducedTypeDescription>;

/** What Buildwire itself tells of its webhooks and deliveries. Nobody may publish these, and patterns match them only by their first word. */
export const operationalEventTypes = {
  'webhook.failing': { description: 'A webhook has had no success for long and will be disabled.' },
  'webhook.disabled': { description: 'A webhook was disabled: it gets nothing more until somebody enables it.' },
  'webhook.circuit.opened': { description: 'The endpoint of a webhook fails, so its deliveries wait.' },
  'webhook.circuit.closed': { description: 'The endpoint of a webhook answers again, so its deliveries go on.' },
  'delivery.exhausted': { description: 'A delivery failed for the last time.' },
} as const satisfies Record<string, EventTypeDescription>;

export const eventTypes = { ...producedEventTypes, ...operationalEventTypes };

export type ProducedEventType = keyof typeof producedEventTypes;
export type OperationalEventType = keyof typeof operationalEventTypes;
export type EventType = ProducedEventType | OperationalEventType;
export type SubjectKind = SubjectKindOf<EventType>;

export type SubjectKindOf<Type extends EventType> = Type extends `${infer Kind}.${string}` ? Kind : never;

export const eventType = z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]]).meta({ id: 'EventType' });

/** What an event of this type is about. */
export function subjectKindOf<Type extends EventType>(type: Type): SubjectKindOf<Type> {
  return type.slice(0, type.indexOf('.')) as SubjectKindOf<Type>;
}

/** Is it Buildwire itself that tells events of this type, of a webhook or a delivery? */
export function isOperational(type: EventType): type is OperationalEventType {
  return Object.hasOwn(operationalEventTypes, type);
}

/** The states that an event of this type may carry. */
export function statesOf(type: ProducedEventType): readonly BuildState[] {
  return producedEventTypes[type].states;
}

const PATTERN_SEGMENT = /^(\*|[a-z_]+)$/;

/**
 * Does this event type match a pattern: exact, `*` alone for all that build systems say, or `*` in place of a word? An
 * operational one matches only if the pattern begins with its first word: who asks for `*.*` asks about builds.
 */
export function matchesType(pattern: string, type: EventType): boolean {
  if (pattern === type) return true;
  const wanted = pattern.split('.');
  const words = type.split('.');
  if (isOperational(type) && wanted[0] !== words[0]) return false;
  if (pattern === '*') return true;
  return wanted.length === words.length && wanted.every((word, index) => word === '*' || word === words[index]);
}

/** What a webhook subscribes to: `build.failed`, `build.*`, `*.failed`, `webhook.circuit.*` or `*`. One that no event can match is refused. */
export const eventTypePattern = z
  .string()
  .refine((text) => text.split('.').every((word) => PATTERN_SEGMENT.test(word)), 'must be an event type, or words and * joined by dots')
  .refine((text) => Object.keys(eventTypes).some((type) => matchesType(text, type as EventType)), 'matches no event type; see GET /v1/event-types')
  .meta({ id: 'EventTypePattern', description: 'An event type, or a pattern of them: * stands for one word, alone for all. The types of webhooks and deliveries match by their name or a pattern that begins with webhook or delivery only.', examples: ['build.finished', 'build.*', 'webhook.circuit.*', '*'] });
