import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which events are tests of a webhook. */
export class AddTestEvents1795266300000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query('alter table matching.event add column test boolean not null default false');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('alter table matching.event drop column test');
  }
}
