import { z } from 'zod';
import { eventId, organizationId } from '../ids.js';
import { timestamp } from '../timestamp.js';
import { eventType, isOperational, operationalEventTypes, producedEventTypes, statesOf, subjectKindOf } from './event-types.js';
import type { OperationalEventType, ProducedEventType, SubjectKindOf } from './event-types.js';
import { deliverySubject, webhookSubject } from './operational-subjects.js';
import type { DeliverySubject, WebhookSubject } from './operational-subjects.js';
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
  .discriminatedUnion(
    'type',
    [
      z.looseObject({ ...envelope, type: typesOf('build'), build }),
      z.looseObject({ ...envelope, type: typesOf('job'), job }),
      z.looseObject({ ...envelope, type: typesOf('deployment'), deployment }),
    ],
    { error: unknownType },
  )
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

interface AcceptedEvent<Type extends ProducedEventType | OperationalEventType> {
  id: string;
  type: Type;
  specVersion: '1';
  occurredAt: string;
  receivedAt: string;
  source: string;
  subject: { kind: SubjectKindOf<Type>; id: string };
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

/** An event of a build system. What it says under `webhook` or `delivery` is its producer's own and unchecked. */
export type ProducedEvent = AcceptedEvent<ProducedEventType>;

/** An event of Buildwire itself, about a webhook or one of its deliveries. Its app is the one that the delivery was about. */
export interface OperationalEvent extends AcceptedEvent<OperationalEventType> {
  webhook: WebhookSubject;
  delivery?: DeliverySubject | undefined;
}

/** An accepted event, complete: what every later stage reads. Instants are UTC with six fractional digits. */
export type Event = ProducedEvent | OperationalEvent;

export function isOperationalEvent(event: Event): event is OperationalEvent {
  return isOperational(event.type);
}

const identified = z.looseObject({ id: z.string() });

/** Checks the envelope only: ingestion has checked the rest, and each hop reads the event anew. */
export const event = z
  .looseObject({
    id: eventId,
    type: eventType,
    specVersion: z.literal('1'),
    occurredAt: z.string(),
    receivedAt: z.string(),
    source: z.string(),
    subject: z.object({ kind: z.enum(['build', 'job', 'deployment', 'webhook', 'delivery']), id: z.string() }),
    organization: z.looseObject({ id: organizationId }),
    app: identified,
    build: identified.optional(),
    job: identified.optional(),
    deployment: identified.optional(),
    automation: identified.optional(),
  })
  // Not in the shape: an event of a build system may say what it likes under these names.
  .refine(({ type, webhook, delivery }) => !isOperational(type) || (isWebhook(webhook) && (delivery === undefined || isDelivery(delivery))), 'says nothing of its webhook')
  .meta({ id: 'Event' }) as z.ZodType as z.ZodType<Event, Event>;

/** A fault of the type itself; the other faults have their own words. */
function unknownType({ code, input }: z.core.$ZodRawIssue): string | undefined {
  if (code !== 'invalid_union') return undefined;
  const { data: type } = z.object({ type: eventType }).transform((given) => given.type).safeParse(input);
  return type === undefined ? 'is not a known event type; see GET /v1/event-types' : `${type} is told by Buildwire itself; nobody else may publish it`;
}

/** What receivers of an operational event can rely on. */
export const operationalEventSchema = z.looseObject({
  id: eventId,
  type: z.enum(Object.keys(operationalEventTypes) as [OperationalEventType, ...OperationalEventType[]]),
  specVersion: z.literal('1'),
  occurredAt: timestamp,
  receivedAt: timestamp,
  source: z.string(),
  subject: z.looseObject({ kind: z.enum(['webhook', 'delivery']), id: z.string() }),
  organization: z.looseObject({ id: organizationId }),
  app: identified,
  webhook: webhookSubject,
  delivery: deliverySubject.optional(),
});

function isWebhook(value: unknown): boolean {
  return webhookSubject.safeParse(value).success;
}

function isDelivery(value: unknown): boolean {
  return deliverySubject.safeParse(value).success;
}

function typesOf<Kind extends SubjectKindOf<ProducedEventType>>(kind: Kind) {
  type Types = Extract<ProducedEventType, `${Kind}.${string}`>;
  return z.enum(Object.keys(producedEventTypes).filter((type) => type.startsWith(`${kind}.`)) as [Types, ...Types[]]);
}
