/* Written by `matching` only; `delivery` and `delivery-log` read it. */
import type { Dialect, Event, EventType, Format, RenderingOptions, StatusChange } from '@buildwire/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A delivery as it was matched. */
export interface MatchedDelivery {
  id: string;
  webhookId: string;
  format: Format;
  dialect: Dialect | null;
  options: RenderingOptions;
}

@Entity({ schema: 'matching', name: 'event' })
export class IndexedEvent {
  @PrimaryColumn('text', { name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn('text')
  id!: string;

  /** With `recordIndex`: which record of which NATS message this was. The same again is a redelivery, another a duplicate. */
  @Column('bigint', { name: 'stream_sequence' })
  streamSequence!: string;

  @Column('integer', { name: 'record_index' })
  recordIndex!: number;

  @Column('text')
  type!: EventType;

  @Column('text', { name: 'app_id' })
  appId!: string;

  @Column('text', { name: 'subject_id' })
  subjectId!: string;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  @Column('json')
  body!: Event;

  @Column('jsonb')
  deliveries!: MatchedDelivery[];

  /** What it changed on its line of builds when it was matched. */
  @Column('text', { name: 'status_change', nullable: true })
  statusChange!: StatusChange | null;

  /** An example for one webhook: no list shows it and it changes nothing. */
  @Column('boolean', { default: false })
  test!: boolean;
}
