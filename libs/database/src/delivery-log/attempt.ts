/* Written by `delivery-log` only. */
import type { DeliveryAttempted, Outcome, Trigger } from '@buildwire/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

type Headers = [name: string, value: string][];

/** An attempt as it went over the wire, in a partition for each day of `sentAt`. */
@Entity({ schema: 'delivery_log', name: 'attempt' })
export class LoggedAttempt {
  @PrimaryColumn('timestamptz', { name: 'sent_at' })
  sentAt!: Date;

  @PrimaryColumn('text')
  id!: string;

  @PrimaryColumn('text', { name: 'delivery_id' })
  deliveryId!: string;

  @PrimaryColumn('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  trigger!: Trigger;

  /** The number of the automatic attempt; a resend repeats that of the latest. */
  @Column('integer', { name: 'schedule_attempt' })
  scheduleAttempt!: number;

  @Column('text')
  outcome!: Outcome;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('integer', { name: 'status_code', nullable: true })
  statusCode!: number | null;

  @Column('text', { name: 'request_method' })
  requestMethod!: 'POST';

  @Column('text', { name: 'request_url' })
  requestUrl!: string;

  @Column('json', { name: 'request_headers' })
  requestHeaders!: Headers;

  @Column('text', { name: 'content_type' })
  contentType!: string;

  /** The request headers that belong to the body: a resend sends them again. */
  @Column('json', { name: 'body_headers' })
  bodyHeaders!: Headers;

  /** Null if the body holds a NUL character: see `requestBodyBytes`. */
  @Column('text', { name: 'request_body', nullable: true })
  requestBody!: string | null;

  @Column('bytea', { name: 'request_body_bytes', nullable: true })
  requestBodyBytes!: Buffer | null;

  @Column('json', { name: 'response_headers', nullable: true })
  responseHeaders!: Headers | null;

  @Column('bytea', { name: 'response_body', nullable: true })
  responseBody!: Buffer | null;

  @Column('boolean', { name: 'response_truncated', nullable: true })
  responseTruncated!: boolean | null;

  @Column('json')
  timing!: DeliveryAttempted['timing'];

  @Column('integer', { name: 'duration_ms' })
  durationMs!: number;

  @Column('boolean', { name: 'transport_retried' })
  transportRetried!: boolean;
}
