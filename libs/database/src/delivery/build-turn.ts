/* Written by `delivery` only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a build has been told to a webhook that asks for order or for the newest state only. */
@Entity({ schema: 'delivery', name: 'build_turn' })
export class BuildTurn {
  @PrimaryColumn('text', { name: 'organization_id' })
  organizationId!: string;

  /** The webhook's id and the build's. */
  @PrimaryColumn('text', { name: 'order_key' })
  orderKey!: string;

  /** The highest that was released. */
  @Column('bigint', { name: 'order_rank' })
  orderRank!: string;

  @Column('text', { name: 'event_type' })
  eventType!: string;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
