import { z } from 'zod';
import { eventId, organizationId } from '../ids.js';
import { timestamp } from '../timestamp.js';
import { eventTypes, statesOf, subjectKindOf } from './event-types.js';
import type { EventType, SubjectKind } from './event-types.js';
import { app, automation, build, deployment, job, user } from './subjects.js';

const organization = z.looseObject({ id: organizationId.optional(), slug: z.string().optional(), name: z.string().optional() });
const ext = z.record(z.string(), z.record(z.string(), z.unknown()));

const envelope = {
  id: eventId.optional(),
  specVersion: z.literal('1').optional(),
  occurredAt: timestamp.optional(),
  source: z.string().min(1).max(1_000).optional(),
  subject: z.looseObject({ kind: z.enum(['build', 'job', 'deployment']), id: z.string().min(1).max(200) }).optional(),
  organization: organization.optional(),
  app,
  actor: user.optional(),
  build: build.optional(),
  job: job.optional(),
  deployment: deployment.optional(),
  automation: automation.optional(),
  ext: ext.optional(),
};

/** One event as a producer sends it: what it leaves out is filled in on acceptance. Unknown keys are kept. */
export const eventInput = z
  .discriminatedUnion('type', [
    z.looseObject({ ...envelope, type: typesOf('build'), build }),
    z.looseObject({ ...envelope, type: typesOf('job'), job }),
    z.looseObject({ ...envelope, type: typesOf('deployment'), deployment }),
  ])
  .superRefine((event, context) => {
    const kind = subjectKindOf(event.type);
    const state = event[kind]?.state;
    if (state !== undefined && !statesOf(event.type).includes(state)) {
      const message = `${state} does not go with ${event.type}: expected ${statesOf(event.type).join(' or ')}`;
      context.addIssue({ code: 'custom', path: [kind, 'state'], message });
    }
    if (event.subject === undefined) return;
    if (event.subject.kind !== kind) context.addIssue({ code: 'custom', path: ['subject', 'kind'], message: `must be ${kind} for ${event.type}` });
    if (event.subject.id !== event[kind]?.id) context.addIssue({ code: 'custom', path: ['subject', 'id'], message: `must equal /${kind}/id` });
  })
  .meta({ id: 'EventInput' });

export type EventInput = z.output<typeof eventInput>;

/** An accepted event, complete: what every later stage reads. Instants are UTC with six fractional digits. */
export interface Event {
  id: string;
  type: EventType;
  specVersion: '1';
  occurredAt: string;
  receivedAt: string;
  source: string;
  subject: { kind: SubjectKind; id: string };
  organization: { id: string; slug?: string | undefined; name?: string | undefined };
  app: z.output<typeof app>;
  actor?: z.output<typeof user> | undefined;
  build?: z.output<typeof build> | undefined;
  job?: z.output<typeof job> | undefined;
  deployment?: z.output<typeof deployment> | undefined;
  automation?: z.output<typeof automation> | undefined;
  /** By product: fields that only its dialect knows, verbatim. */
  ext?: Record<string, Record<string, unknown>> | undefined;
  [unknown: string]: unknown;
}

const identified = z.looseObject({ id: z.string() });

/** Checks the envelope only: ingestion has checked the rest, and each hop reads the event anew. */
export const event = z
  .looseObject({
    id: eventId,
    type: z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]]),
    specVersion: z.literal('1'),
    occurredAt: z.string(),
    receivedAt: z.string(),
    source: z.string(),
    subject: z.object({ kind: z.enum(['build', 'job', 'deployment']), id: z.string() }),
    organization: z.looseObject({ id: organizationId }),
    app: identified,
    build: identified.optional(),
    job: identified.optional(),
    deployment: identified.optional(),
    automation: identified.optional(),
  })
  .meta({ id: 'Event' }) as z.ZodType as z.ZodType<Event>;

function typesOf<Kind extends SubjectKind>(kind: Kind) {
  type Types = Extract<EventType, `${Kind}.${string}`>;
  return z.enum(Object.keys(eventTypes).filter((type) => type.startsWith(`${kind}.`)) as [Types, ...Types[]]);
}
