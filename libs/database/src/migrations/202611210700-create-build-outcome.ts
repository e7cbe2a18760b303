import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How the builds of each line went last, so that matching can tell what failed after passing, and passed after failing. */
export class CreateBuildOutcome1795244400000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(OUTCOMES);
    await query.query(CHANGES);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('alter table matching.event drop column status_change');
    await query.query('drop table matching.build_outcome');
  }
}

/*
 * One row for each app, branch, platform and build type. These four may be longer than an index takes, so the key is their
 * digest and the texts, cut, are for people. Rows change with most builds, in no column of an index.
 */
const OUTCOMES = `
  create table matching.build_outcome (
    organization_id text collate "C" not null,
    line bytea not null,
    app_id text collate "C" not null,
    branch text collate "C" not null,
    platform text collate "C" not null,
    build_type text collate "C" not null,
    passed boolean not null,
    ended_at timestamptz not null,
    event_id text collate "C" not null,
    primary key (organization_id, line)
  ) with (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.05
  );
`;

/** What an event changed when it was matched. Kept with it: by the time somebody asks again, the line has moved on. */
const CHANGES = `
  alter table matching.event add column status_change text collate "C" check (status_change in ('failed', 'fixed'));
`;
