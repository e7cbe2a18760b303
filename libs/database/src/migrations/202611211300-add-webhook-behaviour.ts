import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Order, pausing, an endpoint's own certificate authority, and why a webhook was made inactive. */
export class AddWebhookBehaviour1795266000000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table matching.webhook
        add column ca text,
        add column ordering text not null default 'none' check (ordering in ('none', 'per-build')),
        add column supersede boolean not null default false,
        add column paused_at timestamptz,
        add column disabled_at timestamptz,
        add column disabled_reason text,
        add constraint webhook_disabled_check check ((disabled_at is null) = (disabled_reason is null))`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table matching.webhook
        drop column ca, drop column ordering, drop column supersede, drop column paused_at, drop column disabled_at, drop column disabled_reason`);
  }
}
