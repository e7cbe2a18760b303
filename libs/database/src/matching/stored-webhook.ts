/* Written by `matching` only; `delivery` reads it when it sends. */
import type { Dialect, Format, Ordering, Webhook } from '@buildwire/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'matching', name: 'webhook' })
export class StoredWebhook {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  name!: string;

  /** Null for the chat formats, whose URL is a secret: it is sealed in the context of `webhookUrlContext`. */
  @Column('text', { nullable: true })
  url!: string | null;

  @Column('bytea', { name: 'url_sealed', nullable: true })
  urlSealed!: Buffer | null;

  @Column('text', { name: 'url_key_id', nullable: true })
  urlKeyId!: string | null;

  @Column('text')
  format!: Format;

  /** Only the format raw has one. */
  @Column('text', { nullable: true })
  dialect!: Dialect | null;

  @Column('jsonb')
  options!: Webhook['options'];

  /** Event types, or patterns of them. */
  @Column('text', { array: true })
  events!: string[];

  /** The only app whose events it gets; null for all. */
  @Column('text', { name: 'app_id', nullable: true })
  appId!: string | null;

  /** json, not jsonb: it keeps the order of keys. */
  @Column('json', { nullable: true })
  filter!: Webhook['filter'];

  @Column('boolean')
  active!: boolean;

  @Column('jsonb')
  headers!: Webhook['headers'];

  @Column('text', { nullable: true })
  success!: Webhook['success'];

  @Column('jsonb', { nullable: true })
  retry!: Webhook['retry'];

  @Column('jsonb', { nullable: true })
  signing!: Webhook['signing'];

  @Column('jsonb', { nullable: true })
  limits!: Webhook['limits'];

  @Column('text', { nullable: true })
  ca!: string | null;

  @Column('text', { default: 'none' })
  ordering!: Ordering;

  @Column('boolean', { default: false })
  supersede!: boolean;

  /** Since when deliveries are kept back. */
  @Column('timestamptz', { name: 'paused_at', nullable: true })
  pausedAt!: Date | null;

  /** When and why it was made inactive by us, not by its owner. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** Grows with every change within the organization. */
  @Column('bigint', { default: () => "nextval('matching.webhook_version')" })
  version!: string;

  /** The transaction that wrote the row last, as a number; a trigger keeps it. */
  @Column('bigint', { name: 'changed_in', default: 0 })
  changedIn!: string;
}
