/* Written by `matching` only; `delivery` reads it when it signs. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'matching', name: 'webhook_secret' })
export class WebhookSecret {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  @Column('text', { name: 'webhook_id' })
  webhookId!: string;

  /** The `whsec_` form as UTF-8, sealed by a `SecretBox` in the context of `webhookSecretContext`. */
  @Column('bytea')
  sealed!: Buffer;

  @Column('text', { name: 'key_id' })
  keyId!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** When it stops signing; null for the current secret. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** The transaction that wrote the row last, as a number; a trigger keeps it. */
  @Column('bigint', { name: 'changed_in', default: 0 })
  changedIn!: string;
}

/** What binds a sealed secret to its webhook, so that it opens in no other row. */
export function webhookSecretContext(organizationId: string, webhookId: string): string {
  return `${organizationId}|${webhookId}|secret`;
}

/** What a sealed URL is bound to. */
export function webhookUrlContext(organizationId: string, webhookId: string): string {
  return `${organizationId}|${webhookId}|url`;
}
