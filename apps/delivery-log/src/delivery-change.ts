import { timeOfId, timestampOf } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryClosed, DeliveryHead, DeliveryPostponed, DeliveryStatus, Trigger } from '@buildwire/contracts';
import { storable } from './storable-text.js';

/** What one message says about a delivery, in the columns of `delivery_log.delivery`; what it does not say is absent. */
export interface DeliveryChange {
  created_at: string;
  id: string;
  organization_id: string;
  event_id: string;
  event_type: string;
  app_id: string;
  webhook_id: string;
  format: string;
  dialect: string | null;
  trigger: 'event' | 'test';
  status: Exclude<DeliveryStatus, 'pending'>;
  completed_at?: string;
  closed_reason?: string;
  last_sent_at?: string;
  last_status_code?: number;
  last_attempt_reason?: string;
  scheduled_at?: string;
  due_at?: string;
  postponed_reason?: string;
}

/** A failed resend counts and is the latest attempt, no more; a delivery known from nothing else waits without a time. */
export function changeOfAttempt(attempted: DeliveryAttempted): DeliveryChange {
  const { sentAtMs, durationMs, response, reason, verdict, nextAttemptAtMs } = attempted;
  const latest = {
    ...headOf(attempted),
    last_sent_at: timestampOf(sentAtMs),
    ...(response === undefined ? {} : { last_status_code: response.statusCode }),
    ...(reason === undefined ? {} : { last_attempt_reason: storable(reason) }),
  };
  switch (verdict) {
    case 'succeeded':
    case 'exhausted':
      return { ...latest, status: verdict, completed_at: timestampOf(sentAtMs + durationMs) };
    case 'waiting':
      return { ...latest, status: 'waiting', scheduled_at: timestampOf(sentAtMs), ...(nextAttemptAtMs === undefined ? {} : { due_at: timestampOf(nextAttemptAtMs) }) };
    case 'unchanged':
      return { ...latest, status: 'waiting' };
  }
}

/** A resend that is put off says nothing about the schedule. */
export function changeOfPostponement(postponed: DeliveryPostponed): DeliveryChange {
  const head = { ...headOf(postponed), status: 'waiting' } as const;
  if (postponed.trigger === 'resend') return head;
  return {
    ...head,
    scheduled_at: timestampOf(postponed.postponedAtMs),
    due_at: timestampOf(postponed.untilMs),
    postponed_reason: storable(postponed.reason),
  };
}

export function changeOfClosure(closed: DeliveryClosed): DeliveryChange {
  return { ...headOf(closed), status: closed.status, completed_at: timestampOf(closed.closedAtMs), closed_reason: storable(closed.reason) };
}

function headOf(head: DeliveryHead & { trigger?: Trigger | undefined }) {
  return {
    created_at: timestampOf(timeOfId(head.deliveryId) ?? 0),
    id: head.deliveryId,
    organization_id: head.organizationId,
    event_id: head.eventId,
    event_type: head.eventType,
    app_id: storable(head.appId),
    webhook_id: head.webhookId,
    format: head.format,
    dialect: head.dialect,
    // The resend of a test does not say so; its first attempt did.
    trigger: head.trigger === 'test' ? ('test' as const) : ('event' as const),
  };
}
