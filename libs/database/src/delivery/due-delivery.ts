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

  /** The webhook's id and the build's, if the webhook asks for order or for the newest state only. */
  @Column('text', { name: 'order_key', nullable: true })
  orderKey!: string | null;

  /** Its place among the deliveries of its key: by state, then by time. */
  @Column('bigint', { name: 'order_rank', nullable: true })
  orderRank!: string | null;

  @Column('boolean', { default: false })
  ordered!: boolean;

  @Column('boolean', { default: false })
  supersedes!: boolean;

  /** Since when an earlier delivery of its build holds it up; it is then due when it is looked at again. */
  @Column('timestamptz', { name: 'held_since', nullable: true })
  heldSince!: Date | null;

  /** What to publish when it is due; null once nothing more is to come. */
  @Column('json', { nullable: true })
  record!: RenderedDelivery | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
