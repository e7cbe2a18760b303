/* Written by `delivery-log` only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A message that could not be worked on. */
@Entity({ schema: 'delivery_log', name: 'dead_letter' })
export class LoggedDeadLetter {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  service!: string;

  @Column('text')
  subject!: string;

  @Column('text')
  reason!: string;

  @Column('bytea')
  payload!: Buffer;

  @Column('boolean')
  truncated!: boolean;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;
}
