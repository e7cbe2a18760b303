import { z } from 'zod';
import { millisecondsOf } from '../timestamp.js';
import type { EventType, ProducedEventType } from './event-types.js';
import type { Event } from './event.js';

/** What an event says of its build, and its place among all that is said of that build: by rank, then by when it occurred. */
export const buildStep = z.object({
  id: z.string(),
  rank: z.number().int().min(0).max(3),
  atMs: z.number().int(),
});
export type BuildStep = z.output<typeof buildStep>;

type BuildEventType = Extract<ProducedEventType, `build.${string}`>;

/** A build ends once, so all ends have one rank. */
const ranks: Record<BuildEventType, number> = {
  'build.created': 0,
  'build.queued': 1,
  'build.started': 2,
  'build.finished': 3,
  'build.failed': 3,
  'build.canceled': 3,
  'build.superseded': 3,
};

/** Undefined for an event that is about something else. */
export function buildStepOf({ type, subject, occurredAt }: Event): BuildStep | undefined {
  return isOfBuild(type) ? { id: subject.id, rank: ranks[type], atMs: millisecondsOf(occurredAt) } : undefined;
}

function isOfBuild(type: EventType): type is BuildEventType {
  return Object.hasOwn(ranks, type);
}
