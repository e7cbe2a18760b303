/* Written by `delivery` only. */
import type { RenderedDelivery } from '@buildwire/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `waiting` until due, `claimed` by a process that publishes it, `sent` on its way, `final` when nothing more comes. */
export type DueState = 'waiting' | 'claimed' | 'sent' | 'final';

@Entity({ schema: 'delivery', name: 'due' })
export class DueDelivery {
  @PrimaryColumn('text', { name: 'delivery_id' })
  deliveryId!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text', { name: 'webhook_id' })
  webhookId!: string;

  @Column('integer')
  attempt!: number;

  @Column('integer')
  postponements!: number;

  @Column('text')
  state!: DueState;

  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('timestamptz', { name: 'claimed_until', nullable: true })
  claimedUntil!: Date | null;

  @Column('uuid', { name: 'claim_token', nullable: true })
  claimToken!: string | null;

  /** What to publish when it is due; null once there is nothing more to send. */
  @Column('json', { nullable: true })
  record!: RenderedDelivery | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
