/* Written by `delivery-log` only. */
import type { DeliveryStatus, Dialect, EventType, Format, Trigger } from '@buildwire/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A delivery as the log knows it, in a partition for each day of `createdAt`. */
@Entity({ schema: 'delivery_log', name: 'delivery' })
export class LoggedDelivery {
  /** When its event was received: the time that the delivery's id carries. */
  @PrimaryColumn('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @PrimaryColumn('text')
  id!: string;

  @PrimaryColumn('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text', { name: 'event_id' })
  eventId!: string;

  @Column('text', { name: 'event_type' })
  eventType!: EventType;

  @Column('text', { name: 'app_id' })
  appId!: string;

  @Column('text', { name: 'webhook_id' })
  webhookId!: string;

  @Column('text')
  format!: Format;

  /** Only the format raw has one. */
  @Column('text', { nullable: true })
  dialect!: Dialect | null;

  /** What the delivery came from; its attempts have triggers of their own. */
  @Column('text')
  trigger!: Trigger;

  @Column('integer', { name: 'attempt_count' })
  attemptCount!: number;

  @Column('text')
  status!: Exclude<DeliveryStatus, 'pending'>;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  @Column('text', { name: 'closed_reason', nullable: true })
  closedReason!: string | null;

  /** The time of the attempt that the next two are of. */
  @Column('timestamptz', { name: 'last_sent_at', nullable: true })
  lastSentAt!: Date | null;

  @Column('integer', { name: 'last_status_code', nullable: true })
  lastStatusCode!: number | null;

  @Column('text', { name: 'last_attempt_reason', nullable: true })
  lastAttemptReason!: string | null;

  /** The time of the message that the next two are of. */
  @Column('timestamptz', { name: 'scheduled_at', nullable: true })
  scheduledAt!: Date | null;

  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('text', { name: 'postponed_reason', nullable: true })
  postponedReason!: string | null;

  /** Postgres derives it: `dueAt` while the delivery waits. */
  @Column({ type: 'timestamptz', name: 'next_attempt_at', nullable: true, insert: false, update: false })
  nextAttemptAt!: Date | null;

  /** Postgres derives it from the other reasons. */
  @Column({ type: 'text', nullable: true, insert: false, update: false })
  reason!: string | null;
}
