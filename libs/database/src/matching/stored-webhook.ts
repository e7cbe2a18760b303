/* Written by `matching` only; `delivery` reads it when it sends. */
import type { Dialect, Format, Webhook } from '@buildwire/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'matching', name: 'webhook' })
export class StoredWebhook {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  url!: string;

  @Column('text')
  format!: Format;

  @Column('text')
  dialect!: Dialect;

  /** Event types, or patterns of them. */
  @Column('text', { array: true })
  events!: string[];

  /** The only app whose events it gets; null for all. */
  @Column('text', { name: 'app_id', nullable: true })
  appId!: string | null;

  @Column('boolean')
  active!: boolean;

  @Column('jsonb')
  headers!: Webhook['headers'];

  @Column('jsonb', { nullable: true })
  retry!: Webhook['retry'];

  @Column('jsonb', { nullable: true })
  limits!: Webhook['limits'];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** Grows with every change within the organization. */
  @Column('bigint', { default: () => "nextval('matching.webhook_version')" })
  version!: string;
}
