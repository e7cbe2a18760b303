import { operationalEventIdOf } from '../ids.js';
import type { EventAccepted } from '../messages/event-accepted.js';
import { timestampOf } from '../timestamp.js';
import type { EventType, OperationalEventType } from './event-types.js';
import type { OperationalEvent } from './event.js';
import type { DeliverySubject, WebhookSubject } from './operational-subjects.js';

/** What happened to a webhook or to one of its deliveries. */
export type OperationalEventInput = Happening & (OfWebhook | OfDelivery);

interface OfWebhook {
  type: Exclude<OperationalEventType, 'delivery.exhausted'>;
  /** What brought it to light. */
  deliveryId?: string | undefined;
}

interface OfDelivery {
  type: 'delivery.exhausted';
  deliveryId: string;
}

interface Happening {
  organizationId: string;
  /** The app that the delivery was about; for what concerns a webhook alone its own, or that of its last delivery. */
  appId: string;
  webhookId: string;
  /** Tells what happens to one webhook at one time apart. Who says it again must say all of it again, to the millisecond. */
  key: string;
  occurredAtMs: number;
  /** For people. */
  reason: string;
  details?: OperationalDetails;
}

/** What is known besides; instants in epoch milliseconds. */
export interface OperationalDetails {
  webhookName?: string | undefined;
  /** Only its host is told. */
  webhookUrl?: string | undefined;
  consecutiveFailures?: number | undefined;
  firstFailureAtMs?: number | undefined;
  openUntilMs?: number | undefined;
  disablesAtMs?: number | undefined;
  eventId?: string | undefined;
  eventType?: EventType | undefined;
  attemptCount?: number | undefined;
  /** What the endpoint answered last. */
  statusCode?: number | undefined;
}

/** The event that tells it, ready to be published. Pure: equal input is the same event, with the same id. */
export function operationalEvent(input: OperationalEventInput): EventAccepted & { event: OperationalEvent } {
  const { type, organizationId, appId, webhookId, deliveryId, occurredAtMs } = input;
  const occurredAt = timestampOf(occurredAtMs);
  const event: OperationalEvent = {
    id: operationalEventIdOf(input),
    type,
    specVersion: '1',
    occurredAt,
    receivedAt: occurredAt,
    source: `/org/${organizationId}/webhook/${webhookId}`,
    subject: input.type === 'delivery.exhausted' ? { kind: 'delivery', id: input.deliveryId } : { kind: 'webhook', id: webhookId },
    organization: { id: organizationId },
    app: { id: appId },
    webhook: webhookOf(input),
    ...(deliveryId === undefined ? {} : { delivery: deliveryOf(deliveryId, input) }),
  };
  return { organizationId, event };
}

function webhookOf({ type, webhookId, reason, details = {} }: OperationalEventInput): WebhookSubject {
  const { webhookName, webhookUrl, consecutiveFailures, firstFailureAtMs, openUntilMs, disablesAtMs } = details;
  return given({
    id: webhookId,
    name: webhookName,
    host: hostOf(webhookUrl),
    reason: type === 'delivery.exhausted' ? undefined : reason,
    consecutiveFailures,
    firstFailureAt: instant(firstFailureAtMs),
    openUntil: instant(openUntilMs),
    disablesAt: instant(disablesAtMs),
  });
}

function deliveryOf(id: string, { type, reason, details = {} }: OperationalEventInput): DeliverySubject {
  const { eventId, eventType, attemptCount, statusCode } = details;
  return given({ id, eventId, eventType, attemptCount, lastStatusCode: statusCode, reason: type === 'delivery.exhausted' ? reason : undefined });
}

/** What cannot be read is left out: it must not keep the rest from being told. */
function hostOf(url: string | undefined): string | undefined {
  return url === undefined || !URL.canParse(url) ? undefined : new URL(url).host;
}

function instant(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : timestampOf(atMs);
}

/** An absent field stays absent: the event in the index is compared with the one that comes again, and JSON has no `undefined`. */
function given<Fields extends { id: string }>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
