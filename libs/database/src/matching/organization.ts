/* Written by `matching` only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'matching', name: 'organization' })
export class Organization {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
