import { timeOfId } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryClosed, DeliveryHead, DeliveryPostponed, DeliveryStatus, Trigger } from '@buildwire/contracts';
import { Columns } from '@buildwire/database';
import { storable } from './storable-text.js';

/** What messages say about deliveries, in the columns of `delivery_log.delivery`. */
export const changeColumns = new Columns({
  organization_id: 'text',
  created_at: 'timestamptz',
  id: 'text',
  event_id: 'text',
  event_type: 'text',
  app_id: 'text',
  webhook_id: 'text',
  format: 'text',
  dialect: 'text',
  trigger: 'text',
  status: 'text',
  completed_at: 'timestamptz',
  closed_reason: 'text',
  last_sent_at: 'timestamptz',
  last_status_code: 'integer',
  last_attempt_reason: 'text',
  scheduled_at: 'timestamptz',
  due_at: 'timestamptz',
  postponed_reason: 'text',
});

/** What one message says about a delivery; what it does not say is undefined. Times are epoch milliseconds. */
export interface DeliveryChange {
  organization_id: string;
  created_at: number;
  id: string;
  event_id: string;
  event_type: string;
  app_id: string;
  webhook_id: string;
  format: string;
  dialect: string | null;
  trigger: 'event' | 'test';
  status: Exclude<DeliveryStatus, 'pending'>;
  completed_at: number | undefined;
  closed_reason: string | undefined;
  last_sent_at: number | undefined;
  last_status_code: number | undefined;
  last_attempt_reason: string | undefined;
  scheduled_at: number | undefined;
  due_at: number | undefined;
  postponed_reason: string | undefined;
}

/** A failed resend counts and is the latest attempt, no more; a delivery known from nothing else waits without a time. */
export function changeOfAttempt(attempted: DeliveryAttempted): DeliveryChange {
  const { sentAtMs, durationMs, response, reason, verdict, nextAttemptAtMs } = attempted;
  const change = changeOf(attempted, verdict === 'unchanged' ? 'waiting' : verdict);
  change.last_sent_at = sentAtMs;
  change.last_status_code = response?.statusCode;
  change.last_attempt_reason = reason === undefined ? undefined : storable(reason);
  switch (verdict) {
    case 'succeeded':
    case 'exhausted':
      change.completed_at = sentAtMs + durationMs;
      return change;
    case 'waiting':
      change.scheduled_at = sentAtMs;
      change.due_at = nextAttemptAtMs;
      return change;
    case 'unchanged':
      return change;
  }
}

/** A resend that is put off says nothing about the schedule. */
export function changeOfPostponement(postponed: DeliveryPostponed): DeliveryChange {
  const change = changeOf(postponed, 'waiting');
  if (postponed.trigger === 'resend') return change;
  change.scheduled_at = postponed.postponedAtMs;
  change.due_at = postponed.untilMs;
  change.postponed_reason = storable(postponed.reason);
  return change;
}

export function changeOfClosure(closed: DeliveryClosed): DeliveryChange {
  const change = changeOf(closed, closed.status);
  change.completed_at = closed.closedAtMs;
  change.closed_reason = storable(closed.reason);
  return change;
}

/** The callers fill in what the message says: to spread so many keys takes longer than all else here. */
function changeOf(head: DeliveryHead & { trigger?: Trigger | undefined }, status: DeliveryChange['status']): DeliveryChange {
  return {
    organization_id: head.organizationId,
    created_at: timeOfId(head.deliveryId) ?? 0,
    id: head.deliveryId,
    event_id: head.eventId,
    event_type: head.eventType,
    app_id: storable(head.appId),
    webhook_id: head.webhookId,
    format: head.format,
    dialect: head.dialect,
    // The resend of a test does not say so; its first attempt did.
    trigger: head.trigger === 'test' ? 'test' : 'event',
    status,
    completed_at: undefined,
    closed_reason: undefined,
    last_sent_at: undefined,
    last_status_code: undefined,
    last_attempt_reason: undefined,
    scheduled_at: undefined,
    due_at: undefined,
    postponed_reason: undefined,
  };
}
