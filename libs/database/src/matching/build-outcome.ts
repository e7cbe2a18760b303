/* Written by `matching` only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How the latest known build of a line ended: of an app, branch, platform and build type. */
@Entity({ schema: 'matching', name: 'build_outcome' })
export class LatestBuildOutcome {
  @PrimaryColumn('text', { name: 'organization_id' })
  organizationId!: string;

  /** SHA-256 of the four texts, whole. */
  @PrimaryColumn('bytea')
  line!: Buffer;

  /** This and the next three are cut, for people. Empty: the event did not say it. */
  @Column('text', { name: 'app_id' })
  appId!: string;

  @Column('text')
  branch!: string;

  @Column('text')
  platform!: string;

  @Column('text', { name: 'build_type' })
  buildType!: string;

  @Column('boolean')
  passed!: boolean;

  @Column('timestamptz', { name: 'ended_at' })
  endedAt!: Date;

  /** The event that said so. */
  @Column('text', { name: 'event_id' })
  eventId!: string;
}
