/* Written by `matching` only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'matching', name: 'api_key' })
export class ApiKey {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  /** SHA-256 of the whole key; the key itself is stored nowhere. */
  @Column('bytea', { unique: true })
  hash!: Buffer;

  @Column('text')
  name!: string;

  @Column('text', { name: 'last_four' })
  lastFour!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
